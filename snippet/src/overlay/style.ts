/** Colours are named once, and again for the dark. What is important here outweighs all that the page's styles say. */
export const style = `
:host {
  all: initial !important; position: fixed !important; inset: 16px 16px auto auto !important; z-index: 2147483647 !important; margin: 0 !important; padding: 0 !important; border: 0 !important; background: none !important;
  width: min(400px, calc(100vw - 32px)) !important; max-height: calc(100vh - 32px) !important; overflow: visible !important; display: block !important;
  color-scheme: light dark !important; font: 14px/1.5 system-ui, sans-serif !important; text-align: start !important;
  --back: #fff; --text: #1b1f24; --soft: #57606a; --line: #d8dee4; --fill: #f3f5f7; --accent: #0b5cad; --on: #fff;
  --ok: #10672f; --look: #8a4b00; --bad: #b3141f; --off: #57606a;
}
@media (prefers-color-scheme: dark) {
  :host {
    --back: #161b22; --text: #e6edf3; --soft: #a0a9b4; --line: #343c46; --fill: #222933; --accent: #79b8ff; --on: #0d1117;
    --ok: #5fd083; --look: #f0b35a; --bad: #ff8a8a; --off: #a0a9b4;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
section.panel {
  display: flex; flex-direction: column; max-height: calc(100vh - 32px); color: var(--text); background: var(--back);
  border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 8px 32px #0005; overflow: hidden;
}
header { display: flex; align-items: center; gap: 8px; padding: 12px 12px 12px 16px; border-bottom: 1px solid var(--line); }
h2 { flex: 1; margin: 0; font-size: 16px; line-height: 1.3; }
h3 { margin: 20px 0 4px; font-size: 12px; font-weight: 600; color: var(--soft); }
p { margin: 0; overflow-wrap: anywhere; }
.body { padding: 12px 16px 16px; overflow: auto; overscroll-behavior: contain; }
.note { color: var(--soft); }
ul { list-style: none; margin: 0; padding: 0; }
li { padding: 10px 0; border-bottom: 1px solid var(--line); }
li:last-child { border-bottom: 0; }
.line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; justify-content: space-between; }
.name { font-weight: 600; overflow-wrap: anywhere; min-width: 0; }
.badge { font-size: 13px; font-weight: 600; overflow-wrap: anywhere; }
.badge::before { content: attr(data-sign) " "; }
.ok { color: var(--ok); } .look { color: var(--look); } .bad { color: var(--bad); } .off { color: var(--off); }
.todo { margin-top: 4px; padding-inline-start: 10px; border-inline-start: 3px solid var(--line); }
button, input { font: inherit; color: inherit; min-height: 36px; border-radius: 8px; border: 1px solid var(--line); background: var(--fill); padding: 4px 12px; }
button { cursor: pointer; }
button.plain { min-height: 0; padding: 0; border: 0; background: none; text-align: start; text-decoration: underline dotted; text-underline-offset: 3px; }
button.send { color: var(--on); background: var(--accent); border-color: var(--accent); font-weight: 600; }
button.open { box-shadow: 0 4px 16px #0004; background: var(--back); color: var(--text); margin-inline-start: auto; display: block; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
form { margin: 0; }
label { display: block; margin-bottom: 4px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; }
input { flex: 1 1 180px; min-width: 0; background: var(--back); font-size: 16px; }
[role=status]:not(:empty) { margin-top: 10px; }
@media (max-width: 599px) {
  :host { inset: auto 8px 8px 8px !important; width: auto !important; max-height: 70vh !important; }
  section.panel { max-height: 70vh; }
}
`;
