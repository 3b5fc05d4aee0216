// Draws Adaptive Cards with Microsoft's own renderer, set up as Teams' clients lay them out. Teams'
// charts are not in that renderer: `withCharts` adds rough ones, for pictures alone.
function hostConfig(colours) {
  const colour = (value) => ({ default: value, subtle: colours.subtle });
  const foreground = {
    default: colour(colours.text), accent: colour(colours.accent), attention: colour(colours.attention),
    dark: colour(colours.text), light: colour(colours.text), good: colour(colours.text),
    warning: colour(colours.text),
  };
  const style = (ground) => ({ backgroundColor: ground, borderColor: colours.line, foregroundColors: foreground });
  const label = { color: "default", isSubtle: false, size: "default", weight: "bolder", suffix: "" };
  return new AdaptiveCards.HostConfig({
    fontFamily: "'Segoe UI', 'Open Sans', Arial, sans-serif",
    fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
    fontWeights: { lighter: 300, default: 400, bolder: 600 },
    lineHeights: { small: 16, default: 20, medium: 22, large: 24, extraLarge: 32 },
    spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 12 },
    separator: { lineThickness: 1, lineColor: colours.line },
    supportsInteractivity: true,
    actions: {
      maxActions: 6, spacing: "default", buttonSpacing: 8, actionsOrientation: "horizontal",
      actionAlignment: "left", showCard: { actionMode: "inline" },
    },
    containerStyles: {
      default: style(colours.card), emphasis: style(colours.emphasis),
      attention: style(colours.attentionGround), accent: style(colours.emphasis),
      good: style(colours.emphasis), warning: style(colours.emphasis),
    },
    inputs: { label: { inputSpacing: "small", requiredInputs: label, optionalInputs: label } },
    textBlock: { headingLevel: 2 },
  });
}

function parsed(card, colours) {
  const made = new AdaptiveCards.AdaptiveCard();
  made.hostConfig = hostConfig(colours);
  const context = new AdaptiveCards.SerializationContext();
  made.parse(card, context);
  const events = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at));
  const found = [...events, ...made.validateProperties().validationEvents];
  return { made, problems: found.map((event) => event.message) };
}

function draw(card, colours) {
  const { made, problems } = parsed(card, colours);
  if (problems.length) throw new Error(problems.join("; "));
  const drawn = made.render();
  drawn.classList.add("card");
  return drawn;
}

function withMarkdown() {
  const reader = window.markdownit({ linkify: true });
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = reader.render(text);
    result.didProcess = true;
  };
}

// What somebody sees of a card: its elements' names, where it leads, and its words, those in fields too.
function seen(card, colours) {
  const drawn = draw(card, colours);
  document.body.replaceChildren(drawn);
  const all = [...drawn.querySelectorAll("*")];
  return {
    tags: [...new Set(all.map((element) => element.tagName))].sort(),
    links: all.filter((element) => element.tagName === "A").map((element) => element.href),
    text: [drawn.innerText, ...all.map((element) => element.value ?? "")].join("\n"),
  };
}

function withCharts() {
  const define = (name, svg) => {
    class Chart extends AdaptiveCards.CardElement {
      getJsonTypeName() { return name; }
      internalParse(source, context) { super.internalParse(source, context); this.source = source; }
      internalRender() {
        const box = document.createElement("div");
        box.innerHTML = svg(this.source);
        return box;
      }
    }
    AdaptiveCards.GlobalRegistry.elements.register(name, Chart);
  };
  define("Chart.Line", lines);
  define("Chart.HorizontalBar", bars);
}

function lines(chart) {
  const ys = chart.data.flatMap((series) => series.values.map((point) => point.y));
  const [low, high] = [chart.yMin ?? Math.min(...ys), chart.yMax ?? Math.max(...ys)];
  const at = (point, index, count) =>
    `${24 + (index * 270) / Math.max(count - 1, 1)},${96 - ((point.y - low) / (high - low || 1)) * 84}`;
  const drawn = chart.data.map((series, number) => {
    const points = series.values.map((point, index) => at(point, index, series.values.length));
    return `<polyline points="${points.join(" ")}" fill="none" stroke-width="2"
      stroke="${["#637cef", "#e3008c", "#2aa0a4"][number % 3]}"/>`;
  });
  const names = chart.data[0].values.map((point, index) =>
    `<text x="${20 + (index * 278) / Math.max(chart.data[0].values.length - 1, 1)}" y="114" font-size="10"
      text-anchor="${index ? "end" : "start"}" fill="currentColor">${point.x}</text>`);
  const axis = [low, high].map((value) =>
    `<text x="2" y="${100 - ((value - low) / (high - low || 1)) * 84}" font-size="10"
      fill="currentColor">${value}</text>`);
  return `<svg viewBox="0 0 320 120" width="100%" style="max-width:480px">${drawn.join("")}${names.join("")}${axis.join("")}</svg>`;
}

function bars(chart) {
  const most = Math.max(...chart.data.map((bar) => bar.y), 1);
  return chart.data.map((bar) => `<div style="display:flex;justify-content:space-between;font-size:12px">
    <span>${bar.x}</span><b>${bar.y}</b></div>
    <div style="height:10px;width:${(100 * bar.y) / most}%;background:#637cef;margin:2px 0 6px"></div>`).join("");
}
