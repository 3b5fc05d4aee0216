// Reads an Adaptive Card a line, and answers each with a line: what Microsoft's renderer objects to.
const readline = require("node:readline");
const AdaptiveCards = require("adaptivecards/dist/adaptivecards.js");

const host = new AdaptiveCards.HostConfig({ actions: { maxActions: 6 }, supportsInteractivity: true });

function problems(source) {
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = host;
  const context = new AdaptiveCards.SerializationContext();
  card.parse(source, context);
  const read = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at));
  return [...read, ...card.validateProperties().validationEvents].map((event) => event.message);
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(JSON.stringify(problems(JSON.parse(line))) + "\n");
});
