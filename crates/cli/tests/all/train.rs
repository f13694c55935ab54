//! `densely train`.

use crate::common::{Folder, flowers, parabola};
use densely::prelude::{Spec, TransformKinds};
use serde_json::Value;

#[test]
fn without_data_it_learns_the_digits() {
    let folder = Folder::new();
    let report = folder.json("train");
    for (field, value) in [
        ("task", Value::from("classify")),
        ("train_examples", Value::from(1294)),
        ("validation_examples", Value::from(144)),
        ("test_examples", Value::from(359)),
        ("parameters", Value::from(64 * 64 + 64 + 64 * 10 + 10)),
        ("model", Value::from("runs/digits/model.safetensors")),
    ] {
        assert_eq!(report[field], value, "{field}");
    }
    assert!(report["test_accuracy"].as_f64().unwrap() >= 0.97);
    for field in ["seconds", "train_loss", "validation_loss", "test_loss"] {
        assert!(report[field].as_f64().unwrap() > 0.0, "{field}");
    }
    // Healthy, and so quiet.
    for field in ["dead_units", "saturated_units"] {
        assert_eq!(report[field], 0, "{field}");
    }
    assert_eq!(report["findings"], serde_json::json!([]));
    // A line for each epoch.
    let metrics = folder.read("runs/digits/metrics.jsonl");
    assert_eq!(metrics.lines().count() as u64, report["epochs"].as_u64().unwrap());
    let first: Value = serde_json::from_str(metrics.lines().next().unwrap()).unwrap();
    assert!(first["validation_accuracy"].as_f64().unwrap() > 0.5);
}

/// Weights are of the training; what is reported of parts counts all of their examples alike, as `evaluate` does.
#[test]
fn losses_that_are_reported_are_not_weighted() {
    let folder = Folder::new();
    let weighed = |line: (usize, &str)| match line {
        (0, header) => format!("weight,{header}\n"),
        (row, cells) => format!("{},{cells}\n", 1 + row * 7 % 5),
    };
    folder.write("t.csv", flowers().lines().enumerate().map(weighed).collect::<String>());
    for weights in ["--class-weights 1,9,1 --drop weight", "--weight-column weight"] {
        let train = format!("train t.csv --target kind --epochs 4 {weights} --out run --force");
        let report = folder.json(&train);
        let evaluated = folder.json("evaluate run");
        assert_eq!(evaluated["loss"], report["test_loss"], "{weights}");
        let report = folder.json(&format!("{train} --test 0"));
        let evaluated = folder.json("evaluate run");
        assert_eq!(evaluated["loss"], report["validation_loss"], "{weights}");
        // In training they count.
        let metrics = folder.read("run/metrics.jsonl");
        let last: Value = serde_json::from_str(metrics.lines().last().unwrap()).unwrap();
        assert_ne!(last["validation_loss"], report["validation_loss"], "{weights}");
    }
}

/// What is not defined is no 0.
#[test]
fn what_is_not_defined_is_said_to_be_so() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.write("one.csv", "height,number,kind,width\n0.1,3,rose,10\n");
    folder.ok("train t.csv --target number --epochs 1 --out number");
    let outcome = folder.run("evaluate number one.csv --json");
    let evaluated: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    assert!(evaluated["r2"].is_null() && evaluated["rmse"].is_f64(), "{evaluated}");
    assert!(outcome.stderr.contains("undefined"), "{}", outcome.stderr);
    let report = folder.json("train t.csv --target number --test-data one.csv --epochs 1 --out b");
    assert!(report["test_r2"].is_null() && report["test_rmse"].is_f64(), "{report}");
    assert!(folder.read("b/report.html").contains("R² is undefined on 1 test example"));

    folder.ok("train t.csv --target kind --epochs 40 --out kind");
    let outcome = folder.run("evaluate kind one.csv --json");
    let evaluated: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    let of = |class: usize| &evaluated["classes"][class];
    assert_eq!((&of(1)["class"], &of(1)["precision"]), (&Value::from("rose"), &Value::from(1.0)));
    for share in ["precision", "recall", "f1"] {
        assert!(of(0)[share].is_null(), "{share}: {evaluated}");
    }
    let daisy = outcome.stderr.lines().find(|line| line.contains("daisy")).unwrap();
    assert!(!daisy.contains('%') && daisy.contains('-'), "{daisy}");
}

/// Of pixels that are not standardised, some hundred times the learning rate that suits them
/// leaves dead units.
#[test]
fn findings_are_printed_and_written_down() {
    let folder = Folder::new();
    let options = "--preprocess none --optimizer sgd --learning-rate 0.3 --momentum 0 --clip-norm 0 \
                   --epochs 3 --validation 0";
    let report = folder.json(&format!("train {options} --out first"));
    let dead = report["dead_units"].as_u64().unwrap();
    assert!(dead > 32, "{dead} of 64");
    let findings = report["findings"].as_array().unwrap();
    let sentence = "units have been dead since epoch 3: lower the learning rate or try leaky-relu";
    let finding =
        findings.iter().find_map(|text| text.as_str().filter(|text| text.ends_with(sentence)));
    let printed = folder.run(&format!("train {options} --out second")).stderr;
    assert!(printed.contains(finding.expect("a finding of dead units")), "{printed}");
    assert!(!folder.run("train --epochs 3").stderr.contains("finding"));
    let metrics = folder.read("first/metrics.jsonl");
    let lines: Vec<Value> =
        metrics.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[2]["findings"], report["findings"]);
    assert_eq!(lines[1].get("findings"), None);
    let relu = &lines[0]["layers"][1];
    assert_eq!(
        (&relu["layer"], &relu["kind"], &relu["units"]),
        (&1.into(), &"relu".into(), &64.into())
    );
    assert!(relu["activations"]["zeros"].as_f64().unwrap() > 0.1);
    // The last layer begins small, and so does the gradient of the first one.
    assert!(lines[0]["layers"][2]["update_ratio"].as_f64().unwrap() > 0.1);
}

/// The table with another cell in row 38, that of `a` or of `y`.
fn spoilt(cell: usize, value: &str) -> String {
    let rows = parabola();
    let line = |(number, line): (usize, &str)| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if number == 38 {
            cells[cell] = value;
        }
        cells.join(",") + "\n"
    };
    rows.lines().enumerate().map(line).collect()
}

/// The last layer begins small, so its first updates are large: the rate is not to blame.
#[test]
fn a_short_run_is_told_to_go_on() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    for epochs in [2, 3, 4] {
        let train = format!("train flowers.csv --target kind --epochs {epochs} --validation 0");
        let report = folder.json(&train);
        let findings = report["findings"].to_string();
        assert!(!findings.contains("lower the learning rate"), "{epochs}: {findings}");
        assert!(findings.contains("train for more epochs"), "{epochs}: {findings}");
    }
}

/// Wherever the split has put it, and in another file.
#[test]
fn a_value_far_out_is_named_by_its_row_and_line() {
    let folder = Folder::new();
    folder.write("ok.csv", parabola());
    folder.write("a.csv", spoilt(0, "1e6"));
    folder.write("y.csv", spoilt(2, "1e8"));
    let said = |options: &str| {
        let report = folder.json(&format!("train {options} --epochs 60"));
        let findings = report["findings"].as_array().unwrap();
        let findings: Vec<&str> = findings.iter().map(|text| text.as_str().unwrap()).collect();
        findings.join("\n")
    };
    let train = "--test 0 --validation 0";
    let text = said(&format!("a.csv {train}"));
    assert!(text.starts_with("feature `a` is 14.1 standard deviations"), "{text}");
    assert!(text.contains("in row 38 (line 39), so that all other values deviate by"), "{text}");
    let text = said(&format!("y.csv {train}"));
    assert!(text.starts_with("the target `y` is 14.1 standard deviations"), "{text}");
    assert!(text.contains("in row 38 (line 39), which hides the others"), "{text}");
    for (file, named) in [("a", "feature `a` is"), ("y", "the target `y` is")] {
        let text = said(&format!("ok.csv --test-data {file}.csv"));
        assert!(
            text.starts_with("row 38 (line 39) of the test data makes more than half"),
            "{text}"
        );
        assert!(text.contains(named), "{text}");
    }
    assert_eq!(said(&format!("ok.csv {train}")), "");
}

#[test]
fn a_test_no_better_than_the_mean_is_said_to_be() {
    let folder = Folder::new();
    let row = |i: u64| format!("{},{},{}\n", i * 7919 % 1013, i * 104_729 % 997, i * i * 31 % 1009);
    folder.write("noise.csv", "a,b,y\n".to_owned() + &(1..=150).map(row).collect::<String>());
    let report = folder.json("train noise.csv --validation 0 --learning-rate 0.01");
    assert!(report["test_r2"].as_f64().unwrap() < 0.0, "{report}");
    let text = report["findings"].to_string();
    assert!(text.contains("no better than by the mean of the training targets"), "{text}");
}

/// The validation part has the row whose squared error leaves the range of `f64`.
#[test]
fn no_epoch_is_called_the_best_where_no_validation_loss_is_finite() {
    let folder = Folder::new();
    folder.write("a.csv", spoilt(0, "1e200"));
    let train = "train a.csv --epochs 25 --dtype f64";
    let runs = (0..40).map(|seed| folder.run(&format!("{train} --seed {seed}")));
    let run = runs.into_iter().find(|run| run.stderr.contains("no validation loss was finite"));
    let text = run.expect("a seed that puts the row there").stderr;
    assert!(text.contains("training 20 epochs"), "{text}");
    assert!(text.contains("no validation loss was finite; the last weights are kept"), "{text}");
    assert!(!text.contains("no better since"), "{text}");
    assert!(text.contains("row 38 (line 39) of the validation data"), "{text}");
}

#[test]
fn every_seed_learns_the_digits() {
    let folder = Folder::new();
    for seed in 1..=5 {
        let report = folder.json(&format!("train --seed {seed}"));
        let accuracy = report["test_accuracy"].as_f64().unwrap();
        assert!(accuracy >= 0.965, "seed {seed}: {accuracy}");
    }
}

/// The weights depend on the seed and the options, and never on the number of threads.
#[test]
fn threads_do_not_change_a_bit_of_the_weights() {
    let folder = Folder::new();
    // 1294 examples: 647 and 2 divide them, 100 and 256 do not. 300 hidden units make the
    // gradients large enough to be split among threads.
    for options in ["--batch-size 647", "--batch-size 256 --dtype f64", "--batch-size 100"] {
        let options = format!("train --seed 7 --hidden 300,20 --epochs 3 {options}");
        let hash = |threads: usize| {
            let report = folder.json(&format!("{options} --threads {threads}"));
            report["weights_hash"].as_str().unwrap().to_owned()
        };
        let one = hash(1);
        assert_eq!(one.len(), 64);
        assert_eq!([hash(2), hash(4)], [one.clone(), one.clone()], "{options}");
        let other = folder.json(&options.replace("--seed 7", "--seed 8"));
        assert_ne!(other["weights_hash"], one, "the seed does nothing");
    }
}

#[test]
fn a_table_with_classes_is_classified() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let report = folder.json("train flowers.csv --target kind --drop number,width --hidden 8");
    assert_eq!((&report["task"], &report["parameters"]), (&"classify".into(), &(16 + 27).into()));
    assert_eq!(report["test_accuracy"], 1.0);
    assert_eq!(report.get("test_r2"), None);
}

#[test]
fn a_table_with_numbers_is_regressed() {
    let folder = Folder::new();
    folder.write("parabola.tsv", parabola().replace(',', "\t"));
    let report = folder.json("train parabola.tsv --hidden 16 --patience 200 --weight-decay 0");
    assert_eq!(report["task"], "regress");
    let metric = |name: &str| report[name].as_f64().unwrap();
    assert!(metric("test_r2") > 0.98);
    // In the units of the data, whose standard deviation is about 20.
    assert!(metric("test_mae") < metric("test_rmse") && metric("test_rmse") < 3.0);
    assert!(metric("test_rmse") > 0.01);
    assert_eq!(report.get("test_accuracy"), None);
}

/// The networks of the notes: 4 units on 3 inputs and 2 outputs, 4 and 4 on 3 and 1.
#[test]
fn the_networks_of_the_notes_have_26_and_41_parameters() {
    let folder = Folder::new();
    let table = |target: fn(usize) -> String| {
        let rows: String =
            (0..60).map(|i| format!("{},{},{},{}\n", i % 3, i % 5, i % 7, target(i))).collect();
        format!("a,b,c,y\n{rows}")
    };
    folder.write("two.csv", table(|i| ["no", "yes"][i % 2].into()));
    folder.write("number.csv", table(|i| (i as f64 / 2.0).to_string()));
    for (options, parameters, layers) in [
        (
            "two.csv --hidden 4",
            26,
            vec![("linear(4)", 3, 4, 16), ("relu", 4, 4, 0), ("linear(2)", 4, 2, 10)],
        ),
        (
            "number.csv --hidden 4,4 --activation tanh",
            41,
            vec![
                ("linear(4)", 3, 4, 16),
                ("tanh", 4, 4, 0),
                ("linear(4)", 4, 4, 20),
                ("tanh", 4, 4, 0),
                ("linear(1)", 4, 1, 5),
            ],
        ),
    ] {
        folder.ok(&format!("train {options} --epochs 1 --out net --force"));
        let model = folder.json("inspect net");
        assert_eq!(model["parameters"], parameters);
        let expected: Vec<Value> = layers
            .into_iter()
            .map(|(kind, i, o, p)| serde_json::json!({"kind": kind, "in": i, "out": o, "parameters": p}))
            .collect();
        assert_eq!(model["layers"], Value::from(expected));
        assert_eq!(model["features"], serde_json::json!(["a", "b", "c"]));
    }
    assert_eq!(folder.json("inspect net")["classes"], Value::Null);
}

#[test]
fn parts_can_be_left_out_or_come_from_a_file() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    folder.write("more.csv", "number,kind,width,height\n1,daisy,4,2.2\n2,rose,10,0.1\n");
    let options = "--target kind --epochs 2";
    let report = folder.json(&format!("train flowers.csv {options} --test 0 --validation 0"));
    assert_eq!(report["train_examples"], 120);
    for field in ["validation_loss", "test_loss", "test_accuracy"] {
        assert_eq!(report[field], Value::Null, "{field}");
    }
    let report = folder.json(&format!("train flowers.csv {options} --test-data more.csv"));
    assert_eq!((&report["test_examples"], &report["train_examples"]), (&2.into(), &108.into()));
}

/// Statistics of validation or test data must not reach the training: the model is the
/// same whatever the test data are.
#[test]
fn preprocessing_sees_the_training_data_only() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let hash = |extreme: &str| {
        folder.write("test.csv", format!("height,number,kind,width\n{extreme},1,rose,1\n"));
        let options = "--target kind --epochs 2 --preprocess whiten";
        folder.json(&format!("train flowers.csv {options} --test-data test.csv"))["weights_hash"]
            .clone()
    };
    assert_eq!(hash("0"), hash("1e9"));
}

#[test]
fn a_run_is_not_overwritten_unless_asked() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let train = "train flowers.csv --target kind --epochs 1";
    // By default, a new run gets a new folder.
    assert_eq!(folder.json(train)["model"], "runs/flowers/model.safetensors");
    assert_eq!(folder.json(train)["model"], "runs/flowers-2/model.safetensors");
    assert_eq!(folder.json(&format!("{train} --force"))["model"], "runs/flowers/model.safetensors");
    let before = std::fs::read(folder.path().join("runs/flowers/model.safetensors")).unwrap();
    let message = folder.fails(1, &format!("{train} --out runs/flowers --seed 3"));
    assert!(message.contains("runs/flowers already holds a run") && message.contains("--force"));
    let after = std::fs::read(folder.path().join("runs/flowers/model.safetensors")).unwrap();
    assert_eq!(before, after);
    folder.ok(&format!("{train} --out runs/flowers --seed 3 --force"));
}

#[test]
fn a_config_repeats_a_run_and_the_command_line_comes_first() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let options = "--target kind --drop number,width --hidden 5,4 --optimizer sgd --nesterov \
                   --epochs 3 --seed 9";
    let report = folder.json(&format!("train flowers.csv {options} --out first"));
    let repeated = folder.json("train --config first/config.toml --out second");
    assert_eq!(repeated["weights_hash"], report["weights_hash"]);
    assert_eq!(folder.read("first/config.toml"), folder.read("second/config.toml"));
    // From wherever, since the data are named by their whole path.
    std::fs::create_dir(folder.path().join("elsewhere")).unwrap();
    let mut elsewhere = folder.command("train --config ../first/config.toml --out fourth");
    elsewhere.current_dir(folder.path().join("elsewhere"));
    assert!(elsewhere.output().unwrap().status.success());
    let fourth = folder.read("elsewhere/fourth/config.toml");
    assert_eq!(fourth, folder.read("first/config.toml"));
    let other = folder.json("train --config first/config.toml --hidden none --out third");
    assert_eq!(other["parameters"], 2 * 3 / 2 + 3);
    // Lists and numbers as people write them in TOML.
    folder.write(
        "own.toml",
        "hidden = [5, 4]\ndrop = [\"number\", \"width\"]\nseed = 9\n\
        target = \"kind\"\noptimizer = \"sgd\"\nnesterov = true\nepochs = 3\ndata = \"flowers.csv\"\n",
    );
    assert_eq!(folder.json("train --config own.toml")["weights_hash"], report["weights_hash"]);
}

/// Whatever the names look like, and whatever was left to be told from the data.
#[test]
fn a_config_repeats_runs_of_any_names_and_defaults() {
    let folder = Folder::new();
    let rows: String = (0..60).map(|i| format!("{},{},{}\n", i % 7, i % 5, i % 2)).collect();
    let tables = ["007", "1e3", "+3", "true", "-0", "nan", "0x10"].map(|target| {
        folder.write(&format!("{target}.csv"), format!("a,{target},z\n{rows}"));
        format!("./{target}.csv --target={target} --drop z")
    });
    folder.write("t.csv", format!("a,b,007\n{rows}"));
    let others = [
        "",
        "--seed 9223372036854775808",
        "--seed 18446744073709551615 --validation 0",
        "t.csv --task regress",
        "t.csv",
        "t.csv --learning-rate 1e-3 --hidden 05",
        "t.csv --patience 2 --epochs 40",
        "--optimizer adamw",
    ];
    for options in tables.iter().map(String::as_str).chain(others) {
        let train = format!("train --epochs 25 {options}");
        let report = folder.json(&format!("{train} --out first --force"));
        let again = folder.json("train --config first/config.toml --out second --force");
        for field in ["weights_hash", "epochs", "task", "train_loss"] {
            assert_eq!(again[field], report[field], "{field}: {options}");
        }
        let config = folder.read("first/config.toml");
        assert_eq!(config, folder.read("second/config.toml"));
        // Defaults may change: nothing is left to them that has a value.
        let told = ["loss", "learning-rate", "optimizer", "momentum", "weight-decay", "seed"];
        let data = ["data", "target", "task"].into_iter().filter(|_| options.contains(".csv"));
        let patience = ["patience"].into_iter().filter(|_| !options.contains("--validation 0"));
        for name in told.into_iter().chain(data).chain(patience) {
            assert!(config.contains(&format!("\n{name} = ")), "{name}: {config}");
        }
        assert_eq!(
            folder.json("inspect first")["options"]["loss"],
            folder.json("inspect second")["options"]["loss"]
        );
    }
}

#[test]
fn every_preprocessing_and_loss_trains() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let known = TransformKinds::new();
    let needs_one = |spec: &&Spec| spec.opts().first().is_some_and(|opt| opt.default().is_none());
    let mut all: Vec<String> = known.specs().map(|spec| spec.name().to_owned()).collect();
    for spec in known.specs().filter(needs_one) {
        let name = all.iter_mut().find(|name| *name == spec.name());
        name.expect("it is among all").push_str(":1");
    }
    let more = ["min-max:-1:1", "pca:2", "pca:0.9", "whiten:1", "standardize,pca(1)"];
    for preprocess in all.iter().map(String::as_str).chain(more) {
        folder.json(&format!("train flowers.csv --target kind --epochs 1 --preprocess {preprocess} --learning-rate 0.0001 --out run --force"));
        let model = folder.json("inspect run");
        let name = |text: &str| text.split([':', '(']).next().map(str::to_owned);
        let shown = model["preprocess"].as_str().expect("a text");
        assert_eq!(name(shown), name(preprocess), "{preprocess} is {shown}");
    }
    for loss in ["softmax", "softmax(0.1)", "svm", "squared-svm", "crammer-singer"] {
        let report = folder.json(&format!(
            "train flowers.csv --target kind --drop number --hidden none --loss {loss}"
        ));
        assert_eq!(report["test_accuracy"], 1.0, "{loss}");
    }
}

/// Every optimiser, schedule and limit learns, records its options, and is repeated by its
/// config.
#[test]
fn every_optimizer_schedule_and_limit_trains() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let train = "train flowers.csv --target kind --drop number --hidden 8 --epochs 60";
    for (index, (options, rate)) in [
        ("--optimizer sgd --l1 0.001 --max-norm 3 --clip-norm 1", 0.01),
        ("--optimizer adam --schedule cosine --warm-up 2", 0.003),
        ("--optimizer adam --learning-rate 0.01 --schedule one-cycle", 0.01),
        ("--optimizer adamw --schedule step:20:0.5", 0.001),
        ("--optimizer rmsprop --schedule exponential:0.99", 0.001),
        ("--optimizer adagrad --learning-rate 0.1 --schedule plateau:3", 0.1),
        ("--optimizer clip-value(1,max-norm(2,sgd(nesterov))) --learning-rate 0.02", 0.02),
        ("--optimizer clip-norm(500,adam(0.02))", 0.02),
    ]
    .into_iter()
    .enumerate()
    {
        let report = folder.json(&format!("{train} {options} --out {index}"));
        assert!(report["test_accuracy"].as_f64().unwrap() > 0.6, "{options}: {report}");
        let config = folder.read(&format!("{index}/config.toml"));
        assert!(config.contains(&format!("learning-rate = {rate}\n")), "{config}");
        let own = options.starts_with("--optimizer clip");
        assert_eq!(config.contains("clip-norm = 0"), own, "{config}");
        let repeated =
            folder.json(&format!("train --config {index}/config.toml --out again --force"));
        assert_eq!(repeated["weights_hash"], report["weights_hash"], "{options}");
    }
}

/// The learning rates of the epochs, as they are reported.
#[test]
fn a_schedule_is_reported_epoch_by_epoch() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let rates = |options: &str| {
        folder.json(&format!(
            "train flowers.csv --target kind --epochs 4 --batch-size 1000 --out run --force {options}"
        ));
        let lines = folder.read("run/metrics.jsonl");
        let rate = |line| serde_json::from_str::<Value>(line).unwrap()["learning_rate"].as_f64();
        lines.lines().map(|line| rate(line).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(rates(""), [0.003; 4]);
    assert_eq!(rates("--optimizer sgd --schedule step:2:0.5"), [0.01, 0.01, 0.005, 0.005]);
    assert_eq!(rates("--warm-up 2 --optimizer adamw"), [0.001 * 0.01, 0.001 * 0.505, 0.001, 0.001]);
}

/// One output for two classes; several numbers to predict are the same for every loss.
#[test]
fn losses_of_one_score_and_of_numbers_train() {
    let folder = Folder::new();
    let rows: String =
        (0..100).map(|i| format!("{},{}\n", i, ["low", "high"][usize::from(i >= 50)])).collect();
    folder.write("half.csv", format!("x,y\n{rows}"));
    for loss in ["logistic", "hinge", "squared-hinge"] {
        let options = "--hidden none --weight-decay 0";
        let report = folder.json(&format!("train half.csv --loss {loss} {options} --out {loss}"));
        assert_eq!(report["parameters"], 2, "{loss}");
        assert!(report["test_accuracy"].as_f64().unwrap() > 0.9, "{loss}");
        assert_eq!(folder.json(&format!("inspect {loss}"))["loss"], loss);
        let predicted = folder.ok(&format!("predict {loss} half.csv"));
        assert!(predicted.starts_with("y\nlow\n") && predicted.ends_with("\nhigh\n"), "{loss}");
    }
    let probabilities = folder.ok("predict logistic half.csv --proba");
    let mut lines = probabilities.lines();
    assert_eq!(lines.next(), Some("y,p_high,p_low"));
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let p: Vec<f64> = cells[1..].iter().map(|cell| cell.parse().unwrap()).collect();
        assert!((p[0] + p[1] - 1.0).abs() < 1e-6, "{line}");
        assert_eq!(cells[0], if p[0] > 0.5 { "high" } else { "low" }, "{line}");
    }
    folder.write("parabola.csv", parabola());
    for loss in ["mse", "mae", "huber", "huber(0.5)"] {
        let report = folder.json(&format!("train parabola.csv --hidden 16 --loss {loss}"));
        assert!(report["test_r2"].as_f64().unwrap() > 0.95, "{loss}: {report}");
    }
}

#[test]
fn every_activation_trains_and_can_be_mixed() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let train = "train flowers.csv --target kind --drop number --hidden 6,5 --out net --force";
    let linear = (2 * 6 + 6) + (6 * 5 + 5) + (5 * 3 + 3);
    for (activation, parameters) in [
        ("relu", linear),
        ("leaky-relu(0.2)", linear),
        ("prelu", linear + 6 + 5),
        ("shared-prelu", linear + 2),
        ("maxout", linear + (2 * 6 + 6) + (6 * 5 + 5)),
        ("maxout(3),prelu", linear + 2 * (2 * 6 + 6) + 5),
        ("elu,selu", linear),
        ("gelu,gelu-tanh", linear),
        ("silu,softplus", linear),
        ("relu6,hard-tanh", linear),
        ("tanh,sigmoid", linear),
        ("identity", linear),
    ] {
        let options = "--dropout 0.1 --input-noise 0.05";
        let report = folder.json(&format!("{train} --activation {activation} {options}"));
        assert_eq!(report["parameters"], parameters, "{activation}");
        assert!(report["test_accuracy"].as_f64().unwrap() > 0.9, "{activation}: {report}");
        let model = folder.json("inspect net");
        assert_eq!(model["options"]["activation"], activation);
        let evaluation = folder.json("evaluate net flowers.csv");
        assert!(evaluation["accuracy"].as_f64().unwrap() > 0.9, "{activation}");
    }
    // The run can be repeated from its config.
    let hash = |options: &str| folder.json(options)["weights_hash"].clone();
    let first = hash(&format!("{train} --activation prelu,maxout(3) --dropout 0.5 --epochs 3"));
    assert_eq!(hash("train --config net/config.toml --out again"), first);
    let kinds: Vec<String> = folder.json("inspect again")["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["kind"].as_str().unwrap().to_owned())
        .collect();
    let expected = [
        "linear(6)",
        "prelu",
        "dropout(0.5)",
        "linear(15)",
        "maxout(3)",
        "dropout(0.5)",
        "linear(3)",
    ];
    assert_eq!(kinds, expected);
    // A list, as people write it in TOML.
    folder.write("own.toml", "activation = [\"relu\", \"leaky-relu(0.1)\"]\nhidden = [6, 5]\n");
    folder.ok("train flowers.csv --target kind --config own.toml --epochs 1");
}

/// Draws depend on what they are for, and not on threads.
#[test]
fn dropout_and_noise_are_the_same_at_any_thread_count() {
    let folder = Folder::new();
    let train = "train --hidden 300,20 --epochs 2 --batch-size 256 --dropout 0.3 --input-noise 0.1";
    let hash = |options: &str| folder.json(&format!("{train} {options}"))["weights_hash"].clone();
    let one = hash("--threads 1");
    assert_eq!(hash("--threads 3"), one);
    assert_ne!(hash("--threads 1 --input-noise 0"), one);
}
