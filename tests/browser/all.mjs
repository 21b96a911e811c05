/* Every browser test, in one process: they share one Chromium and one set of handshakes. */

import './test_live.mjs';
import './test_page.mjs';
import './test_parts.mjs';
