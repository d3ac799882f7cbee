/**
 * The page's style.
 *
 * @module
 */

/** Colours as pairs of text and ground; each has a contrast of at least 4.5 to 1 in both schemes. */
const light = `
color-scheme:light;--ground:#fcfcfb;--panel:#f3f3f0;--line:#d3d3cd;--text:#1d2022;--quiet:#565b60;--link:#0b57a0;
--good:#17603a;--good-ground:#e3f1e8;--bad:#9b1c1c;--bad-ground:#fbe5e3;--warn:#744700;--warn-ground:#faeccf;
--add:#bfe5cb;--remove:#f7c6c1;`;
const dark = `
color-scheme:dark;--ground:#15181b;--panel:#1e2226;--line:#3a4046;--text:#e4e6e8;--quiet:#a6adb4;--link:#8cc2ff;
--good:#8fd6a8;--good-ground:#173325;--bad:#ffaba3;--bad-ground:#471d1c;--warn:#f0c572;--warn-ground:#3d2e10;
--add:#1f5b37;--remove:#742a27;`;

export const pageStyle = `
:root{${light}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}
:root[data-theme=dark]{${dark}}
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem}
body{margin:0;background:var(--ground);color:var(--text);font:14px/1.45 system-ui,sans-serif}
code,.hex,.notation{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.92em}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:.5rem;z-index:3;background:var(--ground);padding:.3rem}
main{max-width:110rem;margin:0 auto;padding:0 1rem}
header>p,.facts{margin:.4rem 0;overflow-wrap:anywhere}
.bar{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;padding-block:.5rem;background:var(--ground);border-bottom:1px solid var(--line)}
header{display:contents}
header>*{max-width:110rem;margin-inline:auto;padding-inline:1rem}
h1{font-size:1.1rem;margin:0}h2{font-size:1.05rem;margin:1.6rem 0 .3rem}h3{font-size:1rem;margin:1.2rem 0 .3rem;overflow-wrap:anywhere}h4{font-size:.95rem;margin:.8rem 0 .3rem}
nav{display:flex;flex-wrap:wrap;gap:.2rem .9rem;flex:1}
.lead,small,.count{color:var(--quiet)}.lead{margin:.2rem 0 .6rem;max-width:60rem}
.facts{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;list-style:none;color:var(--quiet)}
.problems{border-left:4px solid var(--bad);background:var(--bad-ground);padding:.4rem 1rem;overflow-wrap:anywhere}.problems h2,.problems ul{margin:0}.problems summary{font-weight:600;cursor:pointer}
input,select,button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:.2rem .5rem;min-height:1.9rem}
button{cursor:pointer}
#search{min-width:9rem;flex:0 1 18rem}
.frame{overflow-x:auto;border:1px solid var(--line);border-radius:4px;margin-bottom:.8rem;width:fit-content;max-width:100%}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;text-align:right;vertical-align:top;border-bottom:1px solid var(--line);white-space:nowrap}
.family>*{vertical-align:middle}
.matrix thead th+th{white-space:normal;overflow-wrap:anywhere;min-width:8.8rem;max-width:12rem;vertical-align:bottom}
.matrix th:first-child{position:sticky;left:0;z-index:1;background:var(--ground)}.matrix thead th:first-child{background:var(--panel)}
tbody:last-child>tr:last-child>*{border-bottom:0}
th[scope=row],thead th:first-child{text-align:left;font-weight:inherit;white-space:normal;min-width:15rem}
thead th{background:var(--panel);font-weight:600}
table.worded thead th{text-align:left}
td.words{text-align:left;white-space:normal;min-width:8rem;max-width:18rem;overflow-wrap:anywhere}
th code{overflow-wrap:anywhere}
small{display:block;font-size:.86em;max-width:46rem}
.id{color:var(--quiet);font-size:.86em}
.opened th[scope=row]{padding-left:1.8rem}
.opener{border:0;background:none;padding:0 .2rem;text-align:left;min-height:1.5rem}
.opener::before,details.card>summary::before{content:"\\25B8";display:inline-block;width:1em;color:var(--quiet)}
.opener[aria-expanded=true]::before,details.card[open]>summary::before{content:"\\25BE"}
.good{color:var(--good);background:var(--good-ground)}
.bad{color:var(--bad);background:var(--bad-ground)}
.warn{color:var(--warn);background:var(--warn-ground)}
.none{color:var(--quiet)}
td a{color:inherit}
#filters{display:flex;flex-wrap:wrap;gap:.4rem 1rem;margin:.5rem 0}
.card{border:1px solid var(--line);border-radius:4px;margin:.3rem 0}
.card>summary{list-style:none;cursor:pointer;padding:.3rem .5rem;overflow-wrap:anywhere}
.card>summary::-webkit-details-marker{display:none}
.card[open]>summary{background:var(--panel);border-bottom:1px solid var(--line)}
.card>p,.card>dl,.evidence{margin:.4rem .8rem}
.badge{border-radius:3px;padding:0 .35rem}.badge.plain{background:var(--panel);border:1px solid var(--line)}
dl{display:grid;grid-template-columns:8rem minmax(0,1fr);gap:.3rem 1rem}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}dd ul,dd ol,dd p{margin:.1rem 0;padding-left:1.1rem}dd p{padding:0}
.note{white-space:pre-wrap;max-width:60rem}
.evidence h3{font-size:.95rem;margin:.8rem 0 .3rem}
.actions{display:flex;flex-wrap:wrap;gap:.4rem 1rem}
.pair{width:100%;table-layout:fixed}.pair caption{text-align:left;margin:0;padding:.2rem .5rem;font-family:system-ui,sans-serif}.pair thead th{font-weight:600}
.pair td,.pair th{text-align:left;white-space:pre-wrap;overflow-wrap:anywhere;border:0;padding:0 .5rem;min-width:0}
.pair td+td,.pair th+th{border-left:1px solid var(--line)}
.pairframe{width:auto}
.notation,.hex{line-height:1.35}
.hex td{white-space:pre}
.offset{color:var(--quiet)}
.removed,.hex .removed{background:var(--remove);color:var(--text)}
.added,.hex .added{background:var(--add);color:var(--text)}
.wrong{text-decoration:underline wavy var(--bad)}.alone th:first-child,.alone td:first-child{display:none}.alone td+td,.alone th+th{border-left:0}
.plot{padding:.5rem}.plot svg{display:block}.plot text{fill:currentColor}.plot .grid{stroke:var(--line)}.plot .range{stroke:var(--quiet)}.plot .most{fill:var(--link)}
.plot svg>rect[fill=white]{fill:none}
.gap td{background:var(--panel)}
.gap button{border:0;background:none;color:var(--link);min-height:1.5rem;padding:0}
[hidden]{display:none!important}
@media (max-width:700px){
body{font-size:15px}html{scroll-padding-top:1rem}
.bar{position:static}nav{flex-basis:100%;gap:.2rem 1.2rem}nav a{padding-block:.4rem}#search{flex:1 1 9rem}button,select,input{min-height:2.4rem}.opener{min-height:2rem}
th[scope=row],thead th:first-child{min-width:10rem}.opened th[scope=row]{padding-left:.6rem}
dl{grid-template-columns:1fr;gap:.1rem}dd{margin-bottom:.5rem}

.pair thead{display:none}.pair tr,.pair td{display:block}.pair td+td{border-left:0}.pair td:empty,.pair .same td+td{display:none}
.pair tr:not(.gap,.same){border-block:1px solid var(--line)}
}
@media print{
:root,:root[data-theme=dark],:root:not([data-theme=light]){${light}}
.bar nav,.bar input,.bar button,#filters,button[data-copy],[data-open-all],.actions,.skip{display:none}
.bar{position:static}body{font-size:10pt}.frame{overflow:visible;border:0}
tr,.card>summary,dt,.plot{break-inside:avoid}.card>summary{break-after:avoid}.hex{font-size:7pt}.notation{font-size:8pt}h2{break-after:avoid}a{color:inherit;text-decoration:none}
td{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
