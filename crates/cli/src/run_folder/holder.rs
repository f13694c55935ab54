//! Which process has locked a folder.

use std::fs::File;

/// The process that has a file locked, where the system says so, and of which it is known here.
#[cfg(target_os = "linux")]
pub(super) fn of(locked: &File) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;

    let inode = locked.metadata().ok()?.ino();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let mut holders = locks.lines().filter_map(|line| of_line(line, inode));
    let holder = holders.next()?;
    // Of another device there may be a file of the same number.
    holders.all(|other| other == holder).then_some(holder)
}

/// It is not asked of other systems.
#[cfg(not(target_os = "linux"))]
pub(super) fn of(_locked: &File) -> Option<u32> {
    None
}

/// The process of a line such as `3: FLOCK  ADVISORY  WRITE 588 fe:00:10225596 0 EOF`, if it is of
/// this file. One that waits for the lock has an arrow before the kind.
#[cfg(target_os = "linux")]
fn of_line(line: &str, inode: u64) -> Option<u32> {
    let mut words = line.split_whitespace().skip(1);
    let (kind, access) = (words.next()?, words.nth(1)?);
    let (process, file) = (words.next()?.parse().ok()?, words.next()?);
    let found = file.rsplit(':').next()?.parse::<u64>().ok()?;
    (kind == "FLOCK" && access == "WRITE" && found == inode && process > 0).then_some(process)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::of_line;

    #[test]
    fn the_line_of_a_lock_names_its_process() {
        let line = "3: FLOCK  ADVISORY  WRITE 588 fe:00:10225596 0 EOF";
        assert_eq!(of_line(line, 10_225_596), Some(588));
        for other in [
            "3: -> FLOCK  ADVISORY  WRITE 588 fe:00:10225596 0 EOF",
            "3: POSIX  ADVISORY  WRITE 588 fe:00:10225596 0 EOF",
            "3: FLOCK  ADVISORY  READ 588 fe:00:10225596 0 EOF",
            "3: FLOCK  ADVISORY  WRITE 588 fe:00:1022559 0 EOF",
            // Of a process that is not known in this container.
            "3: FLOCK  ADVISORY  WRITE 0 fe:00:10225596 0 EOF",
            "",
        ] {
            assert_eq!(of_line(other, 10_225_596), None, "{other}");
        }
    }
}
