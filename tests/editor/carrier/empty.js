// The carrier does nothing by itself: it is there so that the editor runs test.js inside its extension host.
exports.activate = () => undefined;
