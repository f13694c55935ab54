use super::canvas::{Anchor, Canvas};
use super::{Axis, GRID, Hue, INK, PictureError};

/// One coordinate system of a picture, and what is drawn in it, in order.
#[derive(Debug, Clone)]
pub struct Panel {
    title: String,
    x: Axis,
    y: Axis,
    marks: Vec<Mark>,
}

#[derive(Debug, Clone)]
enum Mark {
    Line { points: Vec<(f64, f64)>, color: Hue, dashed: bool },
    Band { points: Vec<(f64, f64, f64)>, color: Hue },
    Dots { points: Vec<(f64, f64)>, color: Hue, radius: f64 },
    Cells { columns: usize, colors: Vec<Hue> },
}

/// Where in the picture a panel's coordinate system is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Panel {
    /// Without anything in it.
    #[must_use]
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self { title: title.into(), x, y, marks: Vec::new() }
    }

    /// The square around 0 of half side `side`, without ticks.
    #[must_use]
    pub fn square(title: impl Into<String>, side: f64) -> Self {
        Self::new(title, Axis::bare("", -side, side), Axis::bare("", -side, side))
    }

    fn with(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// A line.
    #[must_use]
    pub fn line(self, color: Hue, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.with(Mark::Line { points: points.into_iter().collect(), color, dashed: false })
    }

    /// A dashed line.
    #[must_use]
    pub fn dashed(self, color: Hue, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.with(Mark::Line { points: points.into_iter().collect(), color, dashed: true })
    }

    /// A line through the middle of `[low, middle, high]`, with dots, and the range around it.
    #[must_use]
    pub fn spreads(
        self,
        color: Hue,
        points: impl IntoIterator<Item = (f64, impl Into<[f64; 3]>)>,
    ) -> Self {
        let points = points.into_iter().map(|(x, spread)| (x, spread.into()));
        let points: Vec<(f64, [f64; 3])> = points.collect();
        let band = points.iter().map(|&(x, [low, _, high])| (x, low, high)).collect();
        let medians: Vec<_> = points.iter().map(|&(x, [_, middle, _])| (x, middle)).collect();
        self.with(Mark::Band { points: band, color })
            .line(color, medians.clone())
            .dots(color, 3.5, medians)
    }

    /// A bar from 0 to `height`, on an axis of names.
    #[must_use]
    pub fn bar(self, color: Hue, x: f64, height: f64) -> Self {
        let [left, right] = [x - 0.3, x + 0.3];
        self.with(Mark::Band { points: vec![(left, 0.0, height), (right, 0.0, height)], color })
            .line(color, [(left, 0.0), (left, height), (right, height), (right, 0.0)])
    }

    /// Dots of this radius.
    #[must_use]
    pub fn dots(
        self,
        color: Hue,
        radius: f64,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        self.with(Mark::Dots { points: points.into_iter().collect(), color, radius })
    }

    /// Cells that fill the panel, row by row from the bottom.
    #[must_use]
    pub fn cells(self, columns: usize, colors: Vec<Hue>) -> Self {
        self.with(Mark::Cells { columns, colors })
    }

    pub(crate) fn has_title(&self) -> bool {
        !self.title.is_empty()
    }

    /// Room for ticks and labels: left and below.
    pub(crate) fn margins(&self) -> (f64, f64) {
        let room = |axis: &Axis, ticks: f64| {
            let ticks = if axis.ticks.is_empty() { 4.0 } else { ticks };
            ticks + if axis.label.is_empty() { 0.0 } else { 22.0 }
        };
        (room(&self.y, 42.0), room(&self.x, 24.0))
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, frame: Frame) -> Result<(), PictureError> {
        let middle = frame.left + frame.width / 2.0;
        canvas.text(&self.title, (middle, frame.top - 12.0), (14.0, true, INK), Anchor::Center)?;
        self.draw_grid(canvas, frame)?;
        // The frame is over what fills the panel, and under what may lie on its edge.
        let (cells, others): (Vec<_>, Vec<_>) =
            self.marks.iter().partition(|mark| matches!(mark, Mark::Cells { .. }));
        cells.into_iter().try_for_each(|mark| self.draw_mark(canvas, frame, mark))?;
        let Frame { left, top, width, height } = frame;
        let (right, bottom) = (left + width, top + height);
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        canvas.line(&corners, super::FRAME, 1.0)?;
        others.into_iter().try_for_each(|mark| self.draw_mark(canvas, frame, mark))
    }

    fn place(&self, frame: Frame, (x, y): (f64, f64)) -> (f64, f64) {
        let (u, v) = (self.x.place(x), self.y.place(y));
        (frame.left + u * frame.width, frame.top + (1.0 - v) * frame.height)
    }

    fn draw_grid(&self, canvas: &mut Canvas<'_>, frame: Frame) -> Result<(), PictureError> {
        let Frame { left, top, width, height } = frame;
        let (right, bottom, font) = (left + width, top + height, (12.0, false, INK));
        for (tick, name) in &self.x.ticks {
            let x = left + self.x.place(*tick) * width;
            canvas.line(&[(x, top), (x, bottom)], GRID, 1.0)?;
            canvas.text(name, (x, bottom + 13.0), font, Anchor::Center)?;
        }
        for (tick, name) in &self.y.ticks {
            let y = bottom - self.y.place(*tick) * height;
            canvas.line(&[(left, y), (right, y)], GRID, 1.0)?;
            canvas.text(name, (left - 7.0, y), font, Anchor::Right)?;
        }
        let font = (13.0, false, INK);
        let (margin_left, margin_below) = self.margins();
        let below = (left + width / 2.0, bottom + margin_below - 8.0);
        canvas.text(&self.x.label, below, font, Anchor::Center)?;
        let beside = (left - margin_left + 8.0, top + height / 2.0);
        canvas.text(&self.y.label, beside, font, Anchor::Upwards)
    }

    fn draw_mark(
        &self,
        canvas: &mut Canvas<'_>,
        frame: Frame,
        mark: &Mark,
    ) -> Result<(), PictureError> {
        let place = |point: (f64, f64)| self.place(frame, point);
        match mark {
            Mark::Line { points, color, dashed } => {
                let points: Vec<_> = points.iter().copied().map(place).collect();
                match dashed {
                    true => {
                        dashes(&points).iter().try_for_each(|dash| canvas.line(dash, *color, 1.75))
                    }
                    false => canvas.line(&points, *color, 2.0),
                }
            }
            Mark::Band { points, color } => {
                let lows = points.iter().map(|&(x, low, _)| place((x, low)));
                let highs = points.iter().rev().map(|&(x, _, high)| place((x, high)));
                canvas.polygon(&lows.chain(highs).collect::<Vec<_>>(), *color, 0.18)
            }
            Mark::Dots { points, color, radius } => {
                points.iter().try_for_each(|&point| canvas.dot(place(point), *radius, *color))
            }
            Mark::Cells { columns, colors } => {
                let rows = colors.len() / columns;
                let (w, h) = (frame.width / *columns as f64, frame.height / rows as f64);
                for (row, colors) in colors.chunks(*columns).enumerate() {
                    let bottom = frame.top + (rows - row) as f64 * h;
                    // Each row reaches under the one above it: no white shows between them.
                    let top = (bottom - 1.5 * h).max(frame.top);
                    let mut first = 0;
                    // A rectangle for each run of cells of one colour.
                    for run in colors.chunk_by(|a, b| a == b) {
                        let left = frame.left + first as f64 * w;
                        let right = left + run.len() as f64 * w;
                        canvas.fill((left, top), (right, bottom), run[0])?;
                        first += run.len();
                    }
                }
                Ok(())
            }
        }
    }
}

/// Pieces of a line, 6 long and 4 apart.
pub(crate) fn dashes(points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    const LENGTHS: [f64; 2] = [6.0, 4.0];
    let (mut pieces, mut piece) = (Vec::new(), points.first().map_or(Vec::new(), |&p| vec![p]));
    let (mut phase, mut left) = (0, LENGTHS[0]);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = (x1 - x0).hypot(y1 - y0);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let share = done / length;
            let point = (x0 + share * (x1 - x0), y0 + share * (y1 - y0));
            if phase == 0 {
                piece.push(point);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![point];
            }
            phase = 1 - phase;
            left = LENGTHS[phase];
        }
        left -= length - done;
        if phase == 0 {
            piece.push((x1, y1));
        }
    }
    if piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::dashes;

    #[test]
    fn dashes_follow_the_line() {
        let pieces = dashes(&[(0.0, 0.0), (8.0, 0.0), (24.0, 0.0)]);
        let ends: Vec<_> = pieces.iter().map(|p| (p[0].0, p[p.len() - 1].0)).collect();
        assert_eq!(ends, [(0.0, 6.0), (10.0, 16.0), (20.0, 24.0)]);
        assert!(dashes(&[]).is_empty());
    }
}
