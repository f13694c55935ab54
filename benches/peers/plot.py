"""The plot of the two sweeps, as SVG."""

import math

from peers import PEERS

WIDTH, HEIGHT = 470, 400  # Of a panel, without its margins.
LEFT, TOP, GAP, BOTTOM = 70, 46, 110, 84
# The palette of Okabe and Ito, which the colour-blind can tell apart, and a mark for each.
STYLES = {
    "densely": ("#d55e00", "circle"),
    "torch": ("#0072b2", "square"),
    "compile": ("#56b4e9", "diamond"),
    "jax": ("#009e73", "up"),
    "sklearn": ("#cc79a7", "down"),
    "burn": ("#7a6a00", "cross"),
    "candle": ("#000000", "plus"),
}


def mark(kind, x, y, colour):
    """A mark of its own for each library."""
    shapes = {
        "square": "-3.5,-3.5 3.5,-3.5 3.5,3.5 -3.5,3.5",
        "diamond": "0,-5 5,0 0,5 -5,0",
        "up": "0,-4.5 4.5,3.5 -4.5,3.5",
        "down": "0,4.5 4.5,-3.5 -4.5,-3.5",
    }
    if kind in shapes:
        place = f'transform="translate({x:.1f},{y:.1f})"'
        return f'<polygon points="{shapes[kind]}" {place} fill="{colour}"/>'
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    a = 4 if kind == "plus" else 3.2
    strokes = (
        f"M-{a},0H{a}M0,-{a}V{a}" if kind == "plus" else f"M-{a},-{a}L{a},{a}M-{a},{a}L{a},-{a}"
    )
    place = f'transform="translate({x:.1f},{y:.1f})"'
    return f'<path d="{strokes}" {place} stroke="{colour}" stroke-width="1.8"/>'


def text(x, y, words, anchor="middle", extra=""):
    """A label."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{words}</text>'


def microseconds(power):
    """The label of a power of ten microseconds."""
    size, unit = divmod(power, 3)
    return f"{10**unit} {['µs', 'ms', 's'][size]}" if power >= 0 else f"{10**power:g} µs"


def panel(left, title, below, sizes, lines):
    """Axes and a line for each library; `lines` has microseconds, by size."""
    values = [value for line in lines.values() for value in line.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log2(sizes[0]), math.log2(sizes[-1])

    def place(size, value):
        right = (math.log2(size) - first) / (last - first)
        up = (math.log10(value) - low) / (high - low)
        return left + right * WIDTH, TOP + HEIGHT * (1 - up)

    out = [text(left + WIDTH / 2, TOP - 18, title, extra='class="title"')]
    for power in range(low, high + 1):
        _, y = place(sizes[0], 10**power)
        out.append(f'<path d="M{left},{y:.1f}h{WIDTH}" class="grid"/>')
        out.append(text(left - 8, y + 4, microseconds(power), "end"))
    for size in sizes:
        x, y = place(size, 10**low)
        out.append(f'<path d="M{x:.1f},{TOP}v{HEIGHT}" class="grid"/>')
        out.append(text(x, y + 18, f"{size:,}"))
    out.append(text(left + WIDTH / 2, TOP + HEIGHT + 38, below))
    for name, line in lines.items():
        colour, kind = STYLES[name]
        points = [place(size, value) for size, value in sorted(line.items())]
        path = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
        width = 2.8 if name == "densely" else 1.6
        out.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        out += [mark(kind, x, y, colour) for x, y in points]
    return out


def legend(names, width):
    """The names of the libraries, in a row below."""
    titles = {peer.name: peer.title for peer in PEERS}
    step, y, out = width / len(names), TOP + HEIGHT + BOTTOM - 18, []
    for i, name in enumerate(names):
        colour, kind = STYLES[name]
        x = step * (i + 0.5) - 44
        out.append(f'<path d="M{x:.1f},{y}h26" stroke="{colour}" stroke-width="2"/>')
        out.append(mark(kind, x + 13, y, colour))
        out.append(text(x + 34, y + 4, titles[name], "start"))
    return out


def sweep(entries, group, scale):
    """Sizes, and microseconds by library and size; `scale(size)` is what to divide by."""
    sizes, lines = [], {name: {} for name in STYLES}
    for entry in entries:
        if entry["row"]["group"] != group:
            continue
        size = int(entry["row"]["id"].split("/")[1])
        sizes.append(size)
        for name in STYLES:
            figure = entry["peers"].get(name, {})
            if "median" in figure:
                lines[name][size] = 1e6 * figure["median"] / scale(size)
    return sorted(sizes), {name: line for name, line in lines.items() if line}


def write(entries, path):
    """Writes the plot; returns whether there is anything to plot."""
    batches, per_example = sweep(entries, "batch", lambda size: size)
    widths, per_step = sweep(entries, "width", lambda size: 1)
    if len(batches) < 2 or len(widths) < 2:
        return False
    width, height = LEFT + WIDTH + GAP + WIDTH + 40, TOP + HEIGHT + BOTTOM
    names = [name for name in STYLES if name in per_example or name in per_step]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        "<style>text{font:13px sans-serif;fill:#222}.title{font-size:15px;font-weight:bold}"
        ".grid{stroke:#ddd;stroke-width:1}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *panel(
            LEFT, "A training step: time per example", "examples in a batch", batches, per_example
        ),
        *panel(
            LEFT + WIDTH + GAP, "A training step: time", "width d of d-d-d-10", widths, per_step
        ),
        *legend(names, width),
        "</svg>",
    ]
    path.write_text("\n".join(lines) + "\n")
    return True
