// Block Kit on standard input as {name: blocks}, the same as HTML on standard output.
const React = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const { Message } = require("slack-blocks-to-jsx");

const screens = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const drawn = Object.entries(screens).map(([name, blocks]) => [
  name,
  renderToStaticMarkup(
    React.createElement(Message, { blocks, logo: "", name: "", theme: "light", withoutWrapper: true }),
  ),
]);
process.stdout.write(JSON.stringify(Object.fromEntries(drawn)));
