// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/picture/Diagram.h"

namespace tenon::picture {

static std::string escaped(const std::string &text) {
  std::string out;
  for (char c : text)
    out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

// Drag moves, the wheel scales about the pointer, a double click shows all of it.
static const char *script = R"(
for (const pane of document.querySelectorAll('.pane')) {
  const svg = pane.querySelector('svg'), width = +svg.getAttribute('width'), height = +svg.getAttribute('height');
  let x = 0, y = 0, scale = 1;
  const show = () => svg.style.transform = `translate(${x}px,${y}px) scale(${scale})`;
  const whole = () => { scale = Math.min(pane.clientWidth / width, pane.clientHeight / height, 1); x = y = 0; show(); };
  scale = Math.min(pane.clientWidth / width, 1); show();
  pane.addEventListener('wheel', e => {
    e.preventDefault();
    const box = pane.getBoundingClientRect(), px = e.clientX - box.left, py = e.clientY - box.top;
    const next = Math.min(8, Math.max(0.02, scale * Math.exp(-e.deltaY * 0.0015)));
    x = px - (px - x) * next / scale; y = py - (py - y) * next / scale; scale = next; show();
  }, {passive: false});
  pane.addEventListener('pointerdown', e => pane.setPointerCapture(e.pointerId));
  pane.addEventListener('pointermove', e => { if (e.buttons & 1) { x += e.movementX; y += e.movementY; show(); } });
  pane.addEventListener('dblclick', whole);
}
)";

std::string toHtml(const std::string &title, const std::vector<Diagram> &diagrams) {
  std::string html = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>" + escaped(title) +
                     "</title>\n<style>\nbody{margin:0;display:flex;height:100vh}\n.pane{flex:1;overflow:hidden;"
                     "border-left:1px solid #ced4da;cursor:grab;touch-action:none}\n"
                     "svg{transform-origin:0 0;user-select:none}\n</style>\n<body>\n";
  for (const Diagram &diagram : diagrams)
    html += "<div class=\"pane\">\n" + toSvg(diagram) + "</div>\n";
  return html + "<script>" + script + "</script>\n";
}

} // namespace tenon::picture
