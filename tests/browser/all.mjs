/* Every browser test, in one process: they share one Chromium and one set of handshakes. */

import './test_live.mjs';
