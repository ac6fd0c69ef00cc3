namespace InspectMedia;

/// <summary>The page's style sheet.</summary>
internal static class PageStyle
{
    /// <summary>Light colours, and dark ones where the reader's system asks for them.</summary>
    public const string Css = """
        :root {
          color-scheme: light dark;
          --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --soft: #5b6570; --rule: #e3e7ec;
          --wave: #2a6fdb; --face: #12a36f; --other: #d9822b; --square: #e8c11c; --good: #118a68;
          --bad: #b3261e; --bad-back: #fdeceb; --warn: #8a5a00; --warn-back: #fff3dc; --good-back: #e3f5ee;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #14171b; --card: #1d2126; --ink: #e8ebee; --soft: #9aa5b1; --rule: #2e343b;
            --wave: #6ea8ff; --face: #3ccf97; --other: #f0a75a; --good: #43c59a;
            --bad: #ff9d94; --bad-back: #44211f; --warn: #f2c36b; --warn-back: #3d3118; --good-back: #17382d;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 32px 24px 64px; }
        h1 { font-size: 25px; line-height: 1.3; margin: 0 0 8px; overflow-wrap: anywhere; }
        h2 { font-size: 17px; margin: 0 0 12px; }
        p { margin: 0 0 12px; color: var(--soft); max-width: 90ch; overflow-wrap: anywhere; }
        .lead { color: var(--ink); }
        code { font-family: ui-monospace, monospace; font-size: 13px; }
        .badge { font-size: 14px; font-weight: 600; padding: 3px 11px; border-radius: 20px; vertical-align: middle; margin-left: 8px; }
        .badge.good { color: var(--good); background: var(--good-back); }
        .badge.warn, li.warn { color: var(--warn); background: var(--warn-back); }
        .badge.bad, li.bad { color: var(--bad); background: var(--bad-back); }
        .findings { list-style: none; margin: 0 0 12px; padding: 0; }
        .findings li { border-radius: 8px; padding: 8px 14px; margin-bottom: 6px; overflow-wrap: anywhere; }
        section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 18px 20px 14px; margin-top: 16px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(108px, 1fr)); gap: 10px; margin-top: 14px; }
        .tile { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 9px 13px 10px; }
        .tile b { display: block; font-size: 18px; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .tile span { color: var(--soft); font-size: 12.5px; line-height: 1.3; display: block; }
        .frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(258px, 1fr)); gap: 16px 18px; }
        .frame { margin: 0; display: grid; grid-template-columns: 1fr auto; gap: 4px 8px; align-items: end; }
        .frame svg { width: 100%; height: auto; border-radius: 6px; background: #000; display: block; }
        .frame .mouth { width: 74px; height: 74px; border-radius: 6px; border: 2px solid var(--square); display: block; }
        figcaption { grid-column: 1 / -1; color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
        rect.face, rect.other, rect.square { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
        rect.face { stroke: var(--face); } rect.other { stroke: var(--other); stroke-dasharray: 4 3; } rect.square { stroke: var(--square); }
        rect.guess { stroke-dasharray: 2 3; }
        .point { fill: var(--face); stroke: #000; stroke-width: 0.5; }
        .legend { font-size: 13px; margin: 10px 0 0; }
        .key { margin-right: 20px; } .key::before { content: ""; display: inline-block; width: 10px; height: 10px; border: 2px solid; margin-right: 7px; vertical-align: -1px; }
        .key.face::before { border-color: var(--face); } .key.other::before { border-color: var(--other); } .key.square::before { border-color: var(--square); }
        .scroll { overflow-x: auto; }
        svg.time { max-width: 100%; height: auto; min-width: 640px; display: block; }
        text { font: 12.5px system-ui, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
        text.over { font-size: 11.5px; fill: var(--ink); paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
        .grid, .axis { stroke: var(--rule); fill: none; } .axis { stroke: var(--soft); }
        .wave { stroke: var(--wave); fill: none; } .clip { stroke: var(--bad); fill: none; stroke-width: 1.4; }
        .mark { stroke: var(--soft); stroke-dasharray: 2 4; opacity: 0.55; fill: none; }
        .lane { fill: var(--rule); opacity: 0.6; } .hit { fill: var(--face); } .hit.other { fill: var(--other); }
        .move { stroke: var(--square); stroke-width: 1.8; fill: none; stroke-linejoin: round; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 5px 16px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
        tr:last-child > * { border-bottom: 0; } th { font-weight: 600; color: var(--soft); font-size: 13px; white-space: nowrap; width: 160px; }
        """;
}
