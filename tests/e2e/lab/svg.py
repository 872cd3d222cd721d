"""A terminal's screen, as `tmux capture-pane -e` gives it, as a picture in SVG: text only."""
import re
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 8.4, 17  # of a character, with the font below
_PAPER, _INK = "#1c1f26", "#d7dae0"
_COLOURS = {31: "#f07178", 32: "#a5d672", 33: "#e6c07b"}
_SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m|\x1b[()][A-Z0-9]|\x0e|\x0f")


def _apply(state, parameters):
    for number in map(int, filter(None, (parameters or "0").split(";"))):
        if number == 0:
            state.clear()
        elif number in _COLOURS:
            state["colour"] = _COLOURS[number]
        elif number == 39:
            state.pop("colour", None)
        else:
            state[number] = True


def _spans(line, state):
    """-> [(column, text, attributes)]; attributes go on into the next line"""
    spans, column, end = [], 0, 0
    for match in [*_SEQUENCE.finditer(line), None]:
        text = line[end : match.start() if match else len(line)]
        if text:
            spans.append((column, text, dict(state)))
            column += len(text)
        if match:
            end = match.end()
            if match.group(0).startswith("\x1b["):
                _apply(state, match.group(1))
    return spans


def picture(capture, columns, title):
    lines = capture.rstrip("\n").split("\n")
    width, height = columns * _WIDTH + 24, len(lines) * _HEIGHT + 24
    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-size="14" '
        'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace">' % (width, height),
        "<title>%s</title>" % escape(title),
        '<rect width="100%%" height="100%%" rx="6" fill="%s"/>' % _PAPER,
    ]
    state = {}
    for row, line in enumerate(lines):
        y = 12 + row * _HEIGHT
        for column, text, attributes in _spans(line, state):
            x, ink = 12 + column * _WIDTH, attributes.get("colour", _INK)
            if attributes.get(7):
                out.append(
                    '<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>'
                    % (x, y, len(text) * _WIDTH, _HEIGHT, ink)
                )
                ink = _PAPER
            if not text.strip():
                continue
            style = ' font-weight="bold"' if attributes.get(1) else ""
            style += ' opacity="0.65"' if attributes.get(2) else ""
            out.append(
                '<text xml:space="preserve" x="%.1f" y="%d" textLength="%.1f" fill="%s"%s>%s</text>'
                % (x, y + 13, len(text) * _WIDTH, ink, style, escape(text))
            )
    return "\n".join([*out, "</svg>", ""])
