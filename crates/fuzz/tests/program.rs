//! The program as it is run, which is built here with the features that all tests have.

use std::process::{Command, Output};

use tempfile::tempdir;

fn run(arguments: &[&str]) -> Output {
    let folder = tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_densely-fuzz"));
    program.args(arguments).current_dir(folder.path()).output().unwrap()
}

#[test]
fn changed_files_are_read_or_refused() {
    let output = run(&["0.2", "npy"]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout.starts_with("npy: ") && stdout.contains(" refused; "), "{stdout}");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
}

#[test]
fn what_is_no_target_is_told_with_those_there_are() {
    for arguments in [&["1", "nothing"][..], &["soon"], &[]] {
        let output = run(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains("SECONDS") && stderr.contains("parquet"), "{stderr}");
    }
}
