// Preloaded into a command (`node --import`): its clock is a year and a half ahead.
const ahead = 550 * 24 * 3_600_000;
const { now } = Date;
globalThis.Date = class extends Date {
  constructor(...args) {
    if (args.length === 0) super(now() + ahead);
    else super(...args);
  }

  static now() {
    return now() + ahead;
  }
};
