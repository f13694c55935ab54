//! The program, run in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A folder to work in, deleted at the end.
pub(crate) struct Folder(TempDir);

/// What a run of the program left behind.
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        Self {
            status: output.status.code().expect("the program was not killed"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[allow(dead_code, reason = "not every test file that shares this module needs all of it")]
impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, contents).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// `densely` with these words as arguments.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_densely"));
        command.current_dir(self.path()).args(arguments.split_whitespace());
        command
    }

    /// Runs a line of the shell, in which `densely` is the program.
    #[cfg(unix)]
    pub(crate) fn shell(&self, line: &str) -> Outcome {
        let mut shell = Command::new("bash");
        let line = line.replace("densely", env!("CARGO_BIN_EXE_densely"));
        shell.current_dir(self.path()).args(["-c", &line]);
        Outcome::of(shell)
    }

    /// The names of the files in a folder, in order.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path().join(folder)).unwrap();
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<_> = entries.map(|entry| name(entry).into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs `densely` with these words as arguments.
    pub(crate) fn run(&self, arguments: &str) -> Outcome {
        Outcome::of(self.command(arguments))
    }

    /// The standard output of a run that must succeed.
    pub(crate) fn ok(&self, arguments: &str) -> String {
        let outcome = self.run(arguments);
        assert_eq!(outcome.status, 0, "densely {arguments}\n{}", outcome.stderr);
        outcome.stdout
    }

    /// The JSON in the last line of the standard output.
    pub(crate) fn json(&self, arguments: &str) -> Value {
        let stdout = self.ok(&format!("{arguments} --json"));
        serde_json::from_str(stdout.lines().last().expect("a line of JSON")).unwrap()
    }

    /// The one line that a run says before it fails with this status.
    pub(crate) fn fails(&self, status: i32, arguments: &str) -> String {
        let outcome = self.run(arguments);
        assert_eq!(outcome.status, status, "densely {arguments}\n{}", outcome.stderr);
        assert_eq!(outcome.stdout, "", "a failed run prints no result");
        outcome.stderr
    }
}

/// 120 flowers of three kinds that two of three numbers tell apart.
#[allow(dead_code, reason = "not every test file that shares this module needs all of it")]
pub(crate) fn flowers() -> String {
    let row = |i: usize| {
        let (kind, noise) = (i % 3, (i * 7 % 10) as f64 / 20.0);
        let name = ["rose", "tulip", "daisy"][kind];
        format!("{},{},{name},{}\n", kind as f64 + noise, i * 37 % 100, 10.0 - 3.0 * kind as f64)
    };
    "height,number,kind,width\n".to_owned() + &(0..120).map(row).collect::<String>()
}

/// `y = 300 − 20 a + 5 b²`, 200 times.
#[allow(dead_code, reason = "not every test file that shares this module needs all of it")]
pub(crate) fn parabola() -> String {
    let row = |i: usize| {
        let (a, b) = ((i * 7 % 31) as f64 / 10.0, (i * 11 % 41) as f64 / 10.0 - 2.0);
        format!("{a},{b},{}\n", 300.25 - 20.0 * a + 5.0 * b * b)
    };
    "a,b,y\n".to_owned() + &(0..200).map(row).collect::<String>()
}
