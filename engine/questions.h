/* questions.h - what a program may decide itself (E5), and the answers we give by default. */
#ifndef HS_ENGINE_QUESTIONS_H
#define HS_ENGINE_QUESTIONS_H

#include "engine/dispatch.h"

/* In a state that waits for an answer: makes our own, unless the program wants to be asked; then
 * the question becomes the pending event. False also in states without a question. */
bool hs__answer_by_default(hs_conn *c, hs__input *input, hs__message *answer);

/* The event that asks; for hs_next. */
void hs__question_event(const hs_conn *c, hs_event *ev);

/* A question is open: nothing is parsed until it is answered. */
bool hs__is_asking(const hs_conn *c);

#endif
