//! What is to hold of every input.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::ALLOCATOR;
use crate::corpus::Corpus;
use crate::outcome::kind;
use crate::target::Target;

/// Longer than an input may take on a machine that does much else.
const LONGEST: Duration = Duration::from_secs(60);

const MIB: usize = 1 << 20;

/// Whether an input is read now: what panics then is caught.
pub(crate) static IS_READING: AtomicBool = AtomicBool::new(false);

pub(crate) struct Guard<'a> {
    target: &'a Target,
    kinds: HashSet<String>,
    read: usize,
    refused: usize,
    /// Where the input is that is read.
    path: PathBuf,
    /// Since when, and how many bytes it has.
    now: Arc<Mutex<Option<(Instant, usize)>>>,
}

impl<'a> Guard<'a> {
    pub(crate) fn new(target: &'a Target) -> Self {
        let now = Arc::new(Mutex::new(None::<(Instant, usize)>));
        let (watched, name) = (Arc::downgrade(&now), target.name);
        thread::spawn(move || {
            while let Some(now) = watched.upgrade() {
                let input = now.lock().ok().and_then(|now| *now);
                if let Some((_, bytes)) = input.filter(|(since, _)| since.elapsed() > LONGEST) {
                    eprintln!("{name}: it takes longer than a minute, of {bytes} bytes");
                    std::process::abort();
                }
                drop(now);
                thread::sleep(Duration::from_millis(200));
            }
        });
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/fuzz"));
        fs::create_dir_all(&folder).expect("there is room");
        let path = folder.join(target.name);
        Self { target, kinds: HashSet::new(), read: 0, refused: 0, path, now }
    }

    /// Whether an input is read or refused as it should be; one of a new kind is added.
    pub(crate) fn check(&mut self, input: &[u8], corpus: &mut Corpus) -> bool {
        self.watch(Some((Instant::now(), input.len())));
        // More than that ends the process; what is in the file did it.
        fs::write(&self.path, input).expect("there is room");
        let allowed = 4 * input.len().max(self.target.may_stand_for) + MIB;
        ALLOCATOR.set_limit(ALLOCATOR.allocated() + allowed).expect("it is more than there is");
        IS_READING.store(true, Ordering::Relaxed);
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.target.read)(input)));
        IS_READING.store(false, Ordering::Relaxed);
        ALLOCATOR.set_limit(usize::MAX).expect("it is more than there is");
        self.watch(None);
        if outcome.is_err() {
            eprintln!("{}: it panics: {}", self.target.name, self.path.display());
            return false;
        }
        let said = match outcome {
            Ok(Err(message)) => {
                self.refused += 1;
                kind(&message)
            }
            _ => {
                self.read += 1;
                "read".to_owned()
            }
        };
        if self.kinds.insert(said) {
            corpus.add(input);
        }
        true
    }

    fn watch(&self, input: Option<(Instant, usize)>) {
        *self.now.lock().expect("nobody panics meanwhile") = input;
    }
}

impl fmt::Display for Guard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} read, {} refused", self.read, self.refused)
    }
}
