import { schemeVariables } from './palette.ts';

/** The whole style of a report: one column on a phone, wider on a desk, light or dark as the reader's system says. */
export const reportStyle: string = `
:root{color-scheme:light dark;${schemeVariables('light')}}
@media (prefers-color-scheme:dark){:root{${schemeVariables('dark')}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1080px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:1.65rem;line-height:1.2;margin:0 0 4px;text-wrap:balance}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 4px}
h3{font-size:1rem;margin:20px 0 4px}
p{margin:0 0 12px;max-width:90ch}
.lead{color:var(--muted)}
.note{color:var(--muted);font-size:.875rem}
.caution{border-left:4px solid var(--accent);padding-left:12px;overflow-wrap:anywhere}
section{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:20px;margin-top:16px}
figure{margin:12px 0 0}
figcaption{color:var(--muted);font-size:.875rem;max-width:85ch}
svg{display:block;width:100%;height:auto;font-family:inherit}
.narrow{display:none}
.scroll{overflow-x:auto;margin:8px 0}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding-bottom:6px}
th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap;vertical-align:top}
thead th{color:var(--muted);font-weight:600;vertical-align:bottom}
tbody th{font-weight:600}
th:first-child,td:first-child{text-align:left;padding-left:0}
td:last-child,th:last-child{padding-right:0}
tbody tr:last-child>*{border-bottom:0}
.best{font-weight:700}
.small{display:block;color:var(--muted);font-size:.75rem;font-weight:400}
.key{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.5em}
.text th,.text td{text-align:left;white-space:normal;overflow-wrap:anywhere}
.text th{width:30%;font-weight:400;color:var(--muted)}
.text td{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8125rem}
details{border-top:1px solid var(--line);padding:10px 0}
details:last-of-type{padding-bottom:0}
details.inner{border:0;padding:8px 0 0}
.inner>summary{font-weight:400;font-size:.875rem;color:var(--muted)}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;margin:8px 0 0;padding:0;list-style:none;font-size:.875rem}
.sample{display:inline-block;width:32px;height:12px;margin-right:8px}
.sample.point{width:12px}
summary{cursor:pointer;font-weight:600}
dl{margin:0;display:grid;grid-template-columns:max-content 1fr;gap:6px 16px;font-size:.875rem}
dt{font-weight:600}dd{margin:0;color:var(--muted)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:16px 0 0;padding:0;list-style:none}
.facts li{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:12px 16px}
.facts strong{display:block;font-size:1.35rem;line-height:1.25;font-variant-numeric:tabular-nums}
.facts span{color:var(--muted);font-size:.8125rem;line-height:1.35;display:block}
@media (max-width:640px){main{padding:16px 10px 32px}section{padding:16px 12px}.wide{display:none}.narrow{display:block}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}.text th{width:38%}.facts{grid-template-columns:1fr 1fr}.facts li:first-child:nth-last-child(odd){grid-column:1/-1}.wide-cell{display:none}th,td{padding:6px 5px}tbody th .small{white-space:normal;overflow-wrap:anywhere;width:6.5rem}td .small{white-space:normal}table{font-size:.8125rem}}
@media print{body{background:#fff}section{break-inside:avoid}}
`;
