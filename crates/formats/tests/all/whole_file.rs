//! Files are written whole or not at all.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::thread;

use densely_formats::WholeFile;

#[test]
fn a_file_that_is_not_finished_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let count = || fs::read_dir(folder.path()).unwrap().count();
    for text in ["", "old"] {
        if !text.is_empty() {
            fs::write(&path, text).unwrap();
        }
        let before = count();
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(count(), before + 1);
        drop(file);
        assert_eq!(count(), before);
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    let refused = WholeFile::create(&path).unwrap().finish_new().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    let mut file = WholeFile::create(&path).unwrap();
    file.write_all(b"new").unwrap();
    file.finish().unwrap();
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), count()), ("new", 1));
}

/// Several at a time have a file each; the last one stays.
#[test]
fn writers_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    thread::scope(|scope| {
        for writer in 0..8_u8 {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..50 {
                    WholeFile::write(path, vec![writer; 10_000]).unwrap();
                    let found = fs::read(path).unwrap();
                    assert_eq!(found.len(), 10_000);
                    assert!(found.iter().all(|&byte| byte == found[0]));
                }
            });
        }
    });
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Of several that want a file which is not there, one gets it.
#[test]
fn a_new_file_is_that_of_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let path = folder.path().join(format!("{round}"));
        let writer = || WholeFile::create(&path).and_then(WholeFile::finish_new).is_ok();
        let won = thread::scope(|scope| {
            let writers: Vec<_> = (0..6).map(|_| scope.spawn(writer)).collect();
            writers.into_iter().map(|writer| usize::from(writer.join().unwrap())).sum::<usize>()
        });
        assert_eq!(won, 1);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 20);
}

/// What processes that were killed have left is removed by the next; what a living one has
/// locked is not, nor what only looks like a temporary file.
#[test]
fn abandoned_files_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let names = || {
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    };
    // The names of three at a time.
    let writers: Vec<_> = (0..3).map(|_| WholeFile::create(&path).unwrap()).collect();
    let temporary = names();
    assert_eq!(temporary.len(), 3);
    drop(writers);
    assert_eq!(names().len(), 0);
    for name in &temporary {
        fs::write(name, "half").unwrap();
    }
    WholeFile::write(&path, "whole").unwrap();
    assert_eq!(names(), std::slice::from_ref(&path));
    // Those of others stay.
    let living = File::create(&temporary[0]).unwrap();
    living.lock().unwrap();
    fs::create_dir(&temporary[1]).unwrap();
    WholeFile::write(&path, "again").unwrap();
    assert_eq!(names(), [temporary[0].clone(), temporary[1].clone(), path.clone()]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "again");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_long_names() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    // A link where the temporary file should be leads nowhere.
    let (path, victim) = (folder.path().join("file"), folder.path().join("victim"));
    fs::write(&victim, "theirs").unwrap();
    let file = WholeFile::create(&path).unwrap();
    let temporary = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let temporary = temporary.into_iter().find(|path| *path != victim).unwrap();
    drop(file);
    symlink(&victim, &temporary).unwrap();
    WholeFile::write(&path, "ours").unwrap();
    assert_eq!(fs::read_to_string(&victim).unwrap(), "theirs");
    assert_eq!(fs::read_to_string(&path).unwrap(), "ours");
    // The longest name that there can be.
    let long = folder.path().join("x".repeat(255));
    WholeFile::write(&long, "long").unwrap();
    assert_eq!(fs::read_to_string(&long).unwrap(), "long");
    // A folder is no file, and nothing is written beside it.
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let kind = |path: &Path| WholeFile::create(path).unwrap_err().kind();
    assert_eq!(kind(&inner), ErrorKind::IsADirectory);
    assert_eq!(kind(&folder.path().join("none/file")), ErrorKind::NotFound);
    assert_eq!(kind(Path::new("/")), ErrorKind::IsADirectory);
    assert_eq!(kind(Path::new("")), ErrorKind::InvalidFilename);
}

#[test]
fn a_name_of_a_folder_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "old").unwrap();
    for name in ["file/", "none/", "", "."] {
        let refused = WholeFile::create(folder.path().join(name)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::IsADirectory, "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
