// The parts of the page, in their order. `beside` panels stand next to each other at the top.
import {ladderPanel} from './ladder.js';
import {bytesPanel} from './bytes.js';
import {keysPanel} from './keys.js';
import {transcriptPanel} from './transcript.js';
import {trustPanel} from './trust.js';
import {decisionsPanel} from './decisions.js';
import {timingPanel} from './timing.js';
import {comparePanel} from './compare.js';
import {offerPanel} from './offer.js';

export const PANELS = [
  ladderPanel,
  bytesPanel,
  offerPanel,
  trustPanel,
  keysPanel,
  transcriptPanel,
  decisionsPanel,
  timingPanel,
  comparePanel,
];
