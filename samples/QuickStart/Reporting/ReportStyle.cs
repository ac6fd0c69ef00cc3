namespace QuickStart.Reporting;

/// <summary>The report's style sheet. It stands in the page, which loads nothing from elsewhere.</summary>
internal static class ReportStyle
{
    /// <summary>Light colours, and dark ones where the reader's system asks for them.</summary>
    public const string Css = """
        :root {
          color-scheme: light dark;
          --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --soft: #5b6570; --rule: #e3e7ec; --grid: #e9edf1;
          --audio: #2a6fdb; --video: #d9822b; --audiovisual: #118a68; --neutral: #6b7785;
          --bad: #b3261e; --bad-back: #fdeceb; --add: #8a5a00; --add-back: #fff3dc; --miss: #5b6570; --miss-back: #eef1f4;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #14171b; --card: #1d2126; --ink: #e8ebee; --soft: #9aa5b1; --rule: #2e343b; --grid: #2a3037;
            --audio: #6ea8ff; --video: #f0a75a; --audiovisual: #43c59a; --neutral: #95a1ae;
            --bad: #ff9d94; --bad-back: #44211f; --add: #f2c36b; --add-back: #3d3118; --miss: #9aa5b1; --miss-back: #2a3037;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 1060px; margin: 0 auto; padding: 36px 24px 64px; }
        h1 { font-size: 27px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
        h2 { font-size: 18px; margin: 0 0 4px; letter-spacing: -0.005em; }
        h3 { font-size: 14px; margin: 0 0 2px; font-weight: 600; }
        p { margin: 0 0 14px; color: var(--soft); max-width: 76ch; }
        section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 20px 22px 18px; margin-top: 18px; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(145px, 1fr)); gap: 12px; margin-top: 20px; }
        .tile { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 11px 15px 12px; }
        .tile b { display: block; font-size: 20px; white-space: nowrap; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
        .tile span { color: var(--soft); font-size: 13px; }
        .panels { display: flex; flex-wrap: wrap; gap: 14px 30px; }
        .panels > figure { flex: 0 1 auto; }
        figure { margin: 0; max-width: 100%; }
        svg { max-width: 100%; height: auto; display: block; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
        tr:last-child td { border-bottom: 0; }
        th { font-weight: 600; color: var(--soft); font-size: 13px; white-space: nowrap; }
        .numbers th:not(:first-child), .numbers td:not(:first-child) { text-align: right; padding: 6px 0 6px 18px; }
        .numbers { margin-top: 10px; }
        .numbers td.best { font-weight: 700; }
        .key::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 8px; background: var(--neutral); }
        .key.audio::before { background: var(--audio); } .key.video::before { background: var(--video); } .key.audiovisual::before { background: var(--audiovisual); }
        .said { font-weight: 600; }
        .where { color: var(--soft); font-size: 13px; white-space: nowrap; }
        .sub, .ins, .del { border-radius: 4px; padding: 0 4px; text-decoration: none; }
        .sub { color: var(--bad); background: var(--bad-back); }
        .ins { color: var(--add); background: var(--add-back); }
        .del { color: var(--miss); background: var(--miss-back); text-decoration: line-through; }
        .pairs td:first-child { color: var(--soft); width: 32%; }
        .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 18px 36px; }
        .legend { font-size: 13px; color: var(--soft); margin: 10px 0 0; }
        text { font: 12.5px system-ui, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
        text.series { font-weight: 650; font-size: 13.5px; }
        .axis { stroke: var(--soft); stroke-width: 1; } .grid { stroke: var(--grid); stroke-width: 1; }
        .even { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; }
        .line { fill: none; stroke-width: 2.6; stroke-linejoin: round; stroke-linecap: round; }
        .line.audio { stroke: var(--audio); } .line.video { stroke: var(--video); } .line.audiovisual { stroke: var(--audiovisual); stroke-width: 3.4; }
        .dot { stroke: var(--card); stroke-width: 1.6; }
        .dot.audio, .bar.audio, text.series.audio { fill: var(--audio); }
        .dot.video, .bar.video, text.series.video { fill: var(--video); }
        .dot.audiovisual, .bar.audiovisual, text.series.audiovisual { fill: var(--audiovisual); }
        .bar.neutral { fill: var(--neutral); }
        .curve { fill: none; stroke: var(--audio); stroke-width: 2.2; stroke-linejoin: round; }
        .curve.faint { stroke-width: 1; opacity: 0.3; }
        @media print { body { background: white; } section, .tile { break-inside: avoid; } }
        """;
}
