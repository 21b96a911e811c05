// The parts of the page, in their order. `beside` panels stand next to each other at the top.
import { ladderPanel } from './ladder.js';
import { bytesPanel } from './bytes.js';

export const PANELS = [ladderPanel, bytesPanel];
