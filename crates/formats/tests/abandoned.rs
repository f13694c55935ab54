//! A process gives up what it writes. The only test of its program, since others would lose theirs.

use std::fs;
use std::io::Write;
use std::thread;
use std::time::Duration;

use densely_formats::WholeFile;

/// A process that is to end at once removes what it was writing, and finishes nothing after.
#[test]
fn what_is_abandoned_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let count = || fs::read_dir(folder.path()).unwrap().count();
    let mut files: Vec<_> = (0..3)
        .map(|number| WholeFile::create(folder.path().join(number.to_string())).unwrap())
        .collect();
    files[0].write_all(b"new").unwrap();
    assert_eq!(count(), 3);
    let abandoned = WholeFile::abandon_all();
    assert_eq!(count(), 0);
    thread::scope(|scope| {
        let path = folder.path().join("later");
        let later = scope.spawn(move || WholeFile::write(path, "later"));
        thread::sleep(Duration::from_millis(50));
        assert!(!later.is_finished());
        drop(abandoned);
        later.join().unwrap().unwrap();
    });
    for file in files {
        file.finish().unwrap_err();
    }
    assert_eq!(count(), 1);
}
