const JupyterEnvironment = require('@jupyterlab/testing/lib/jest-env');

/** As the other tests', with Node's own bytes and signals: Node's fetch takes no others. */
module.exports = class extends JupyterEnvironment.default {
  constructor(...args) {
    super(...args);
    Object.assign(this.global, { AbortController, AbortSignal, Blob, DOMException });
  }
};
