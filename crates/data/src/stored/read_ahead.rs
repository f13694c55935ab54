use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use densely_tensor::{Key, Purpose, Scalar, ShapeError, Stream};

use super::WINDOW;
use super::block_file::BlockFile;
use super::raw::Raw;
use crate::DataError;

/// Windows in memory: one that is used, and one that is read.
const WINDOWS: usize = 2;

/// Some blocks of an epoch, and the order of their examples.
#[derive(Debug)]
pub(super) struct Window<T> {
    pub(super) raw: Raw<T>,
    pub(super) order: Vec<usize>,
}

impl<T: Scalar> Window<T> {
    /// With room for any window of a file.
    fn of(file: &BlockFile) -> Result<Self, DataError> {
        let (shape, examples) = (file.shape(), file.examples().min(WINDOW * file.block_size()));
        let bytes = (examples * (shape.bytes::<T>() + 2 * size_of::<usize>())) as u128;
        ShapeError::expect_memory("StoredBatches", "a window of examples", bytes)?;
        let mut raw = Raw::default();
        raw.reserve(shape, examples);
        Ok(Self { raw, order: Vec::with_capacity(examples) })
    }
}

/// Which window of which epoch is to be read, and into what.
struct Request<T> {
    epoch: u32,
    window: usize,
    into: Window<T>,
}

/// It, and whether it could be.
struct Filled<T> {
    window: Window<T>,
    read: Result<(), DataError>,
}

/// A thread that reads windows one after the other, while those before are used.
pub(super) struct ReadAhead<T: Scalar> {
    file: Arc<BlockFile>,
    seed: u64,
    /// `None` once it is to end.
    requests: Option<SyncSender<Request<T>>>,
    filled: Receiver<Filled<T>>,
    thread: Option<JoinHandle<()>>,
    spare: Vec<Window<T>>,
    asked: usize,
    /// What is asked for next.
    next: (u32, usize),
}

impl<T: Scalar> ReadAhead<T> {
    pub(super) fn new(file: Arc<BlockFile>, seed: u64) -> Result<Self, DataError> {
        let (requests, asked) = sync_channel::<Request<T>>(WINDOWS);
        let (done, filled) = sync_channel(WINDOWS);
        let read = Arc::clone(&file);
        let work = move || {
            let (mut bytes, mut blocks) = (Vec::new(), Vec::new());
            for Request { epoch, window, mut into } in asked {
                block_order(&read, seed, epoch, &mut blocks);
                let result = fill(&read, seed, epoch, window, &blocks, &mut bytes, &mut into);
                if done.send(Filled { window: into, read: result }).is_err() {
                    return;
                }
            }
        };
        let thread = Builder::new().name("densely-read-ahead".to_owned()).spawn(work);
        let thread = thread.map_err(|source| file.unread(source))?;
        let spare = (0..WINDOWS).map(|_| Window::of(&file)).collect::<Result<_, _>>()?;
        Ok(Self {
            file,
            seed,
            requests: Some(requests),
            filled,
            thread: Some(thread),
            spare,
            asked: 0,
            next: (0, 0),
        })
    }

    /// Goes to the window that has an example of an epoch, by its position in the order. Returns its position
    /// in that window.
    pub(super) fn seek(
        &mut self,
        epoch: u32,
        position: usize,
        used: Option<Window<T>>,
    ) -> Result<usize, DataError> {
        self.spare.extend(used);
        while self.asked > 0 {
            // Nobody needs it, so it may have failed.
            let Filled { window, .. } = self.receive()?;
            self.spare.push(window);
        }
        let mut blocks = Vec::new();
        block_order(&self.file, self.seed, epoch, &mut blocks);
        let (mut window, mut rest) = (0, position);
        for of_window in blocks.chunks(WINDOW) {
            let examples = of_window.iter().map(|&block| self.file.len_of(block)).sum();
            if rest < examples {
                break;
            }
            (window, rest) = (window + 1, rest - examples);
        }
        self.next = (epoch, window);
        Ok(rest)
    }

    /// The window after the one that was used; after the last of an epoch, the first of the next.
    pub(super) fn next(&mut self, used: Option<Window<T>>) -> Result<Window<T>, DataError> {
        self.spare.extend(used);
        while let Some(into) = self.spare.pop() {
            let (epoch, window) = self.next;
            let request = Request { epoch, window, into };
            let sent = |requests: &SyncSender<_>| requests.send(request).is_ok();
            if !self.requests.as_ref().is_some_and(sent) {
                return Err(self.ended());
            }
            self.asked += 1;
            let windows = self.file.blocks().div_ceil(WINDOW);
            self.next =
                if window + 1 < windows { (epoch, window + 1) } else { (epoch.wrapping_add(1), 0) };
        }
        let Filled { window, read } = self.receive()?;
        read.map(|()| window)
    }

    fn receive(&mut self) -> Result<Filled<T>, DataError> {
        let filled = self.filled.recv().map_err(|_| self.ended())?;
        self.asked -= 1;
        Ok(filled)
    }

    fn ended(&self) -> DataError {
        self.file.unread(io::Error::other("the thread that reads ahead has ended"))
    }
}

/// The blocks of an epoch in their order, which depends on the seed and the epoch alone.
fn block_order(file: &BlockFile, seed: u64, epoch: u32, to: &mut Vec<usize>) {
    to.clear();
    to.extend(0..file.blocks());
    let key = Key { epoch, layer: 1, ..Key::default() };
    Stream::new(seed, Purpose::Shuffle, key).shuffle(to);
}

/// Reads a window of an epoch, and puts its examples into an order that depends on the seed, the epoch and the
/// window alone.
fn fill<T: Scalar>(
    file: &BlockFile,
    seed: u64,
    epoch: u32,
    window: usize,
    blocks: &[usize],
    bytes: &mut Vec<u8>,
    to: &mut Window<T>,
) -> Result<(), DataError> {
    to.raw.clear();
    for &block in blocks.iter().skip(window * WINDOW).take(WINDOW) {
        file.read(block, bytes, &mut to.raw)?;
    }
    to.order.clear();
    to.order.extend(0..to.raw.len());
    let key = Key { epoch, layer: 2, step: window as u32, ..Key::default() };
    Stream::new(seed, Purpose::Shuffle, key).shuffle(&mut to.order);
    Ok(())
}

impl<T: Scalar> Drop for ReadAhead<T> {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // It has no result, and a panic was told already.
            let _ = thread.join();
        }
    }
}

impl<T: Scalar> fmt::Debug for ReadAhead<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadAhead").field("next", &self.next).finish_non_exhaustive()
    }
}
