//! `densely export`.

use crate::common::{Folder, flowers};

const MODEL: &str = "run/model.safetensors";

fn trained() -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.ok("train t.csv --target kind --epochs 2 --hidden 4 --out run");
    folder
}

#[test]
fn each_format_is_a_file_of_the_whole_predictor() {
    let folder = trained();
    assert_eq!(folder.ok("export run --onnx m.onnx --rust m.rs --c my-flowers.h"), "");
    // By a run's folder or its model, the same bytes, also on standard output.
    for (option, file) in [("--rust", "m.rs"), ("--c", "my-flowers.h")] {
        let text = folder.read(file);
        let again = folder.ok(&format!("export {MODEL} {option} -"));
        let again = again.to_lowercase().replace("model", "my_flowers");
        assert_eq!(again, text.to_lowercase(), "{file}");
    }
    assert!(folder.read("m.rs").contains("pub fn predict(row: &Row) -> Answer"));
    assert!(folder.read("my-flowers.h").contains("my_flowers_predict(const my_flowers_row *row)"));
    let onnx = std::fs::read(folder.path().join("m.onnx")).unwrap();
    let has = |text: &str| onnx.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("Gemm") && has("probabilities"));
}

/// What is exported knows no numbers that stand for gaps, and this is said.
#[test]
fn a_number_for_a_gap_is_said_to_be_none() {
    let folder = Folder::new();
    let rows = (0..60).map(|i| format!("{},{}\n", if i % 9 == 0 { -999 } else { i }, i * 2));
    folder.write("t.csv", format!("a,y\n{}", rows.collect::<String>()));
    folder.ok("train t.csv --target y --missing=-999,NA --epochs 2 --hidden 4 --out run");
    let done = folder.run("export run --c m.h");
    let expected = "takes -999 for a number, and not for a gap as the model does: give NaN instead";
    assert!(done.status == 0 && done.stderr.contains(expected), "{}", done.stderr);
}

#[test]
fn what_is_there_is_kept_and_a_format_is_needed() {
    let folder = trained();
    folder.write("m.rs", "mine");
    let stderr = folder.fails(1, "export run --rust m.rs --c m.h");
    assert!(stderr.contains("m.rs: there is such a file"), "{stderr}");
    assert_eq!(folder.read("m.rs"), "mine");
    assert!(!folder.path().join("m.h").exists());
    folder.ok("export run --rust m.rs --c m.h --force");
    assert!(folder.read("m.rs").contains("pub fn predict"));
    let stderr = folder.fails(2, "export run --onnx m --rust m");
    assert!(stderr.contains("m: two formats cannot go to the same place"), "{stderr}");
    let stderr = folder.fails(2, "export run");
    assert!(stderr.contains("--onnx <FILE>"), "{stderr}");
    let stderr = folder.fails(1, "export none --onnx m.onnx");
    assert!(stderr.contains("none"), "{stderr}");
    assert!(!folder.path().join("m.onnx").exists());
    let stderr = folder.fails(1, "export run --rust run/model.safetensors --force");
    assert!(stderr.contains("model.safetensors"), "{stderr}");
    folder.ok("inspect run");
}

#[test]
fn pytorch_has_a_folder_of_a_module_and_its_state() {
    let folder = trained();
    assert_eq!(folder.ok("export run --pytorch new/torch"), "");
    let module = folder.read("new/torch/model.py");
    assert!(module.contains("class Model(nn.Sequential):"), "{module}");
    let state = std::fs::read(folder.path().join("new/torch/model.safetensors")).unwrap();
    assert!(state.windows(10).any(|part| part == b"\"0.weight\""));
    let stderr = folder.fails(1, "export run --pytorch new/torch");
    assert!(stderr.contains("model.py: there is such a file"), "{stderr}");
    // Over the model itself, not even by force.
    let stderr = folder.fails(1, "export run --pytorch run --force");
    assert!(stderr.contains("it is what is read"), "{stderr}");
    folder.ok("inspect run");
}
