/* A reporter for node's test runner: JUnit XML, as tools/sum-tests.py reads it. (Debian 12's node
 * has none of its own.) */

const text = (value) =>
  String(value)
    .replace(/[&<>"\n]/g, (c) => `&#${c.charCodeAt(0)};`)
    .replace(/[^\t\n\x20-\ud7ff\ue000-\ufffd]/g, '?');

export default async function* junit(events) {
  yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites><testsuite name="browser">\n';
  for await (const {type, data} of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details.type === 'suite') continue;
    const seconds = (data.details.duration_ms / 1000).toFixed(3);
    yield `<testcase classname="tests.browser" name="${text(data.name)}" time="${seconds}">`;
    if (data.skip !== undefined) {
      yield `<skipped message="${text(data.skip)}"/>`;
    } else if (type === 'test:fail') {
      const error = data.details.error;
      const cause = error.cause ?? error;
      yield `<failure message="${text(cause.message ?? cause)}">${text(cause.stack ?? '')}</failure>`;
    }
    yield '</testcase>\n';
  }
  yield '</testsuite></testsuites>\n';
}
