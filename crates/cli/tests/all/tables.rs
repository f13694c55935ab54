//! Tables as the world has them: what `train` understands, and `predict` and `evaluate` do with it.

use serde_json::Value;

use crate::common::Folder;

/// 300 people, of whom those that are old or own a dog are satisfied; with gaps, text, truth values,
/// dates, an identifier and a column without use.
fn people(separator: char, decimal: char) -> String {
    let header = ["id", "age", "pet", "member", "since", "source", "satisfied"];
    let mut text = header.join(&separator.to_string()) + "\n";
    for i in 0..300 {
        let age = 20.0 + (i * 37 % 500) as f64 / 10.0;
        let pet = ["dog", "cat", "", "bird"][i * 7 % 4];
        let satisfied = if age > 45.0 || pet == "dog" { "very" } else { "hardly" };
        let age = if i % 11 == 3 { "NA".to_owned() } else { format!("{age:.1}") };
        let cells = [
            format!("{}", 1000 + i),
            age.replace('.', &decimal.to_string()),
            pet.to_owned(),
            ["yes", "no"][i % 2].to_owned(),
            format!("2024-{:02}-{:02}", i % 12 + 1, i % 28 + 1),
            "survey".to_owned(),
            satisfied.to_owned(),
        ];
        text += &(cells.join(&separator.to_string()) + "\n");
    }
    text
}

#[test]
fn a_table_with_gaps_and_text_is_learnt_and_what_it_is_is_said() {
    let folder = Folder::new();
    folder.write("people.csv", people(',', '.'));
    let train = folder.run("train people.csv --out run --json");
    assert_eq!(train.status, 0, "{}", train.stderr);
    for said in [
        "columns  1 number, 1 category, 1 truth value, 1 time",
        "with gaps: age, pet",
        "id is left out: it numbers the rows; --keep-column 'id' keeps it",
        "source is left out: it is always `survey`",
    ] {
        assert!(train.stderr.contains(said), "{said}\n{}", train.stderr);
    }
    let report: Value = serde_json::from_str(train.stdout.lines().last().unwrap()).unwrap();
    let (accuracy, baseline) = (&report["test_accuracy"], &report["baseline_accuracy"]);
    assert!(accuracy.as_f64() > Some(0.9) && baseline.as_f64() < Some(0.7), "{report}");

    let schema = &folder.json("inspect run")["schema"];
    let names = |column: usize| schema[column]["features"].as_array().unwrap().len();
    assert_eq!(schema[1]["kind"], "number");
    assert_eq!((names(0), names(1), names(2), names(3)), (0, 2, 4, 1));
    assert_eq!(schema[2]["features"][0], "pet = bird");
    assert_eq!(schema[5]["left_out"], "it is always `survey`");
}

/// Whatever the dialect and the order of columns, and however much else there is.
#[test]
fn new_data_may_be_in_another_dialect() {
    let folder = Folder::new();
    folder.write("people.csv", people(',', '.'));
    folder.write("leute.csv", people(';', ','));
    folder.ok("train people.csv --out run --epochs 20");
    folder.ok("train leute.csv --out lauf --epochs 20");
    let hash = |run: &str| folder.json(&format!("inspect {run}"))["weights_hash"].clone();
    assert_eq!(hash("run"), hash("lauf"));
    assert_eq!(folder.ok("predict run people.csv"), folder.ok("predict run leute.csv"));
    folder.write("new.csv", "note;pet;since;age;member\nx;dog;2024-05-01;30,5;no\ny;fish;;;yes\n");
    let predicted = folder.ok("predict run new.csv --keep note,age --proba");
    let lines: Vec<&str> = predicted.lines().collect();
    assert_eq!(lines[0], "note,age,satisfied,p_hardly,p_very");
    assert!(lines[1].starts_with("x,30.5,") && lines[2].starts_with("y,,"), "{predicted}");
    let missing = folder.fails(1, "predict run leute.csv --keep agee");
    assert!(missing.contains("did you mean `age`?"), "{missing}");
    folder.write("few.csv", "pet,Age,member\ndog,30,no\n");
    let missing = folder.fails(1, "predict run few.csv");
    assert!(missing.contains("`age`, `since` (is the first `Age`?)"), "{missing}");
}

#[test]
fn options_say_what_columns_are() {
    let folder = Folder::new();
    folder.write("people.csv", people(',', '.').replace("NA", "unknown"));
    folder.ok("train people.csv --target age --missing unknown --drop since --keep-column id \
         --type id=category --type source=text --impute mean --rare 5 --categories 3 --epochs 2 \
         --out run");
    let inspected = folder.json("inspect run");
    assert_eq!(inspected["task"], "regress");
    let schema = &inspected["schema"];
    assert_eq!(schema[0]["kind"], "category");
    assert_eq!(schema[3]["left_out"], "as asked for");
    // The config has all of it, and repeats the run.
    folder.ok("train --config run/config.toml --out again");
    let again = folder.json("inspect again");
    assert_eq!((&again["schema"], &again["weights_hash"]), (schema, &inspected["weights_hash"]));
    for (options, said) in [
        ("--type age=nombre", "`nombre` is no kind of column"),
        ("--type age", "expected NAME=KIND"),
        ("--impute modus", "`modus` is nothing that stands for a gap"),
        ("--separator xy", "\"xy\" cannot separate cells"),
        ("--class-weights 1,x", "expected a number of at least 0"),
    ] {
        let message = folder.fails(2, &format!("train people.csv {options}"));
        assert!(message.contains(said), "{message}");
    }
    let message = folder.fails(1, "train people.csv --type agee=number");
    assert!(message.contains("did you mean `age`?"), "{message}");
}

/// Numbers of which the decimals come after a comma, in quotes between commas.
#[test]
fn quoted_decimal_commas_are_read_if_that_is_said() {
    let folder = Folder::new();
    let quoted = |text: String| format!("\"{}\"", text.replace('.', ","));
    let rows = |write: &dyn Fn(f64) -> String| {
        let row = |i: usize| {
            let (a, b) = ((i * 37 % 100) as f64 / 10.0, (i * 53 % 100) as f64 / 10.0);
            format!("{},{},{}\n", write(a), write(b), write(2.0 * a - b))
        };
        "a,b,y\n".to_owned() + &(0..120).map(row).collect::<String>()
    };
    folder.write("comma.csv", rows(&|number| quoted(format!("{number:.1}"))));
    folder.write("point.csv", rows(&|number| format!("{number:.1}")));
    let way_out = "(if a comma stands before decimals: --decimal comma)";
    let refused = folder.fails(1, "train comma.csv --epochs 2 --out run");
    assert!(refused.contains(way_out), "{refused}");
    folder.ok("train point.csv --epochs 2 --out run");
    let refused = folder.fails(1, "predict run comma.csv");
    assert!(refused.contains(way_out) && !refused.contains("category"), "{refused}");
    let comma = folder.ok("predict run comma.csv --decimal comma");
    assert_eq!(comma, folder.ok("predict run point.csv"));
    folder.ok("train comma.csv --epochs 2 --decimal comma --out other");
    let hash = |run: &str| folder.json(&format!("inspect {run}"))["weights_hash"].clone();
    assert_eq!(hash("other"), hash("run"));
    // Where features alone are like that, they are left out, and it is said.
    let text = rows(&|number| format!("{number:.1}"));
    let mixed = text.lines().enumerate().map(|(i, line)| match line.split_once(',') {
        Some((a, rest)) if i > 0 => format!("{},{rest}\n", quoted(a.to_owned())),
        _ => format!("{line}\n"),
    });
    folder.write("mixed.csv", mixed.collect::<String>());
    let said = folder.run("train mixed.csv --epochs 2 --out mixed").stderr;
    assert!(
        said.contains("a is left out: ")
            && said.contains("; if a comma stands before decimals: --decimal comma"),
        "{said}"
    );
}

/// Whichever part a row is in.
#[test]
fn a_weight_that_is_none_is_refused_in_any_row() {
    let folder = Folder::new();
    for bad in ["x", "-1", "", "inf"] {
        for row in [3, 30, 50, 77, 100, 110] {
            let weight = |i: usize| if i == row { bad } else { "1" };
            let line = |i: usize| format!("{},{},{}\n", i * 37 % 101, weight(i), i * 53 % 97);
            folder.write("t.csv", "a,w,y\n".to_owned() + &(0..120).map(line).collect::<String>());
            let refused = folder.fails(1, "train t.csv --weight-column w --epochs 1");
            let place = format!(
                "in row {} (line {}): expected weights, which are finite numbers of at least 0",
                row + 1,
                row + 2
            );
            assert!(refused.contains(&place) && !refused.contains("category"), "{bad}: {refused}");
        }
    }
}

#[test]
fn several_numbers_are_predicted_together() {
    let folder = Folder::new();
    let row = |i: usize| {
        let (a, b) = ((i * 37 % 100) as f64 / 100.0, (i * 53 % 100) as f64 / 100.0);
        format!("{a},{b},{:.3},{:.3}\n", a + b, 10.0 * a - b)
    };
    folder.write("t.csv", "a,b,sum,other\n".to_owned() + &(0..200).map(row).collect::<String>());
    let report = folder.json("train t.csv --target sum,other --out run");
    assert!(report["test_r2"].as_f64() > Some(0.95), "{report}");
    folder.write("new.csv", "a,b\n0.5,0.25\n");
    let predicted = folder.ok("predict run new.csv");
    assert!(predicted.starts_with("sum,other\n"), "{predicted}");
    folder.ok("train --config run/config.toml --out again");
    folder.write("text.csv", "a,b,c\n1,2,x\n2,3,y\n3,4,x\n");
    let message = folder.fails(1, "train text.csv --target b,c");
    assert!(message.contains("target `c`: several targets must all be numbers"), "{message}");
    let message = folder.fails(1, "train text.csv --target a,b --task classify");
    let said =
        "targets `a`, `b`: several targets are predicted as numbers, and classes were asked for";
    assert!(message.contains(said), "{message}");
}

#[test]
fn rows_without_a_target_are_left_out_and_counted() {
    let folder = Folder::new();
    let text = people(',', '.');
    let gaps = text.lines().enumerate().map(|(i, line)| match i % 10 {
        5 => line.rsplit_once(',').unwrap().0.to_owned() + ",?\n",
        _ => format!("{line}\n"),
    });
    folder.write("people.csv", gaps.collect::<String>());
    let train = folder.run("train people.csv --epochs 2 --out run");
    assert!(
        train.stderr.contains("people.csv: 30 rows without a target left out ("),
        "{}",
        train.stderr
    );
    let evaluated = folder.json("evaluate run/model.safetensors people.csv");
    assert_eq!(evaluated["examples"], 54, "a fifth of 270 is held out");
    std::fs::remove_file(folder.path().join("run/split.json")).unwrap();
    assert_eq!(folder.json("evaluate run people.csv")["examples"], 270);
}

#[test]
fn a_run_knows_which_rows_it_learned_from() {
    let folder = Folder::new();
    folder.write("people.csv", people(',', '.'));
    let trained = folder.json("train people.csv --out run");
    let own = folder.run("evaluate run --json");
    assert!(own.stderr.contains("the model learned from 216 rows of this file"), "{}", own.stderr);
    let evaluated: Value = serde_json::from_str(own.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(evaluated["examples"], 60);
    assert_eq!(evaluated["accuracy"], trained["test_accuracy"]);
    assert_eq!(folder.json("evaluate run people.csv")["examples"], 60);
    assert_eq!(folder.json("evaluate run people.csv --all-rows")["examples"], 300);
    // As it was read then.
    folder.ok("train people.csv --header yes --separator , --missing NA --out said");
    assert_eq!(folder.json("evaluate said")["examples"], 60);
    let rows: String = (0..50).map(|i| format!("{}.5,{}\n", i % 7, i % 2)).collect();
    folder.write("none.csv", rows);
    folder.ok("train none.csv --header no --epochs 2 --out none");
    assert_eq!(folder.json("evaluate none")["examples"], 10);
    let mut split: Value = serde_json::from_str(&folder.read("none/split.json")).unwrap();
    split["test"] = Value::from(vec![49]);
    folder.write("none/split.json", split.to_string());
    assert_eq!(folder.json("evaluate none")["examples"], 1);
    let message = folder.fails(1, "evaluate none --header yes");
    assert!(message.contains("or is read otherwise"), "{message}");
    folder.write("others.csv", people(',', '.') + "9,50,dog,no,2024-01-01,survey,very\n");
    assert_eq!(folder.json("evaluate run others.csv")["examples"], 301);
    folder.write("people.csv", people(',', '.') + "9,50,dog,no,2024-01-01,survey,very\n");
    let message = folder.fails(1, "evaluate run");
    assert!(message.contains("not the file that the run had any more,"), "{message}");
    // The digits are in no file, and there still.
    for (options, examples) in [("", "test_examples"), ("--test 0", "validation_examples")] {
        let trained = folder.json(&format!("train --epochs 2 --out digits --force {options}"));
        let evaluated = folder.json("evaluate digits");
        assert_eq!(evaluated["examples"], trained[examples], "{options}");
        if options.is_empty() {
            assert_eq!(evaluated["accuracy"], trained["test_accuracy"]);
            assert_eq!(evaluated["loss"], trained["test_loss"]);
        }
    }
    std::fs::copy(folder.path().join("digits/model.safetensors"), folder.path().join("alone"))
        .unwrap();
    let message = folder.fails(1, "evaluate alone");
    assert!(message.contains("there is no split.json"), "{message}");
    #[cfg(unix)]
    {
        let piped = "cat none.csv | densely train - --header no --epochs 2 --out piped";
        assert_eq!(folder.shell(piped).status, 0);
        let message = folder.fails(1, "evaluate piped");
        assert!(message.contains("piped: its data came from a pipe"), "{message}");
        // What is advised there can be done.
        let page = folder.read("piped/report.html");
        assert!(page.contains("config.toml &lt; DATA") && !page.contains("densely report"));
        assert!(folder.read("none/report.html").contains("densely report"));
    }
    // A run in the place of another leaves none of its rows.
    folder.ok("train --epochs 2 --out run --force");
    assert!(!folder.path().join("run/split.json").exists());
}

/// As `docs/defaults.md` says.
#[test]
fn what_nobody_said_suits_the_data() {
    let folder = Folder::new();
    let rows: String =
        (0..2000).map(|i| format!("{},{},{}\n", i % 17, i % 50 / 49, i % 17 % 2)).collect();
    folder.write("t.csv", format!("a,b,y\n{rows}"));
    for (options, schedule, decay) in [
        ("", "plateau", "0.001"),
        ("--validation 0", "constant", "0.00094"),
        ("--schedule cosine --weight-decay 0.0015", "cosine", "0.0015"),
        ("--optimizer sgd", "plateau", "0.001"),
        ("--optimizer adam(weight-decay=0.002)", "plateau", "0.002"),
        ("--test 0.9", "plateau", "0.0015"),
    ] {
        folder.ok(&format!("train t.csv --target y --epochs 2 --out run --force {options}"));
        let config = folder.read("run/config.toml");
        for line in [
            format!("schedule = \"{schedule}\""),
            format!("weight-decay = {decay}"),
            "preprocess = \"standardize(keep-binary)\"".to_owned(),
        ] {
            assert!(config.lines().any(|other| other == line), "{options}: no {line} in\n{config}");
        }
        // All that is in it is said, so that the data tell no more.
        let hash = |run: &str| folder.json(&format!("inspect {run}"))["weights_hash"].clone();
        folder.ok("train --config run/config.toml --out again --force");
        assert_eq!(hash("run"), hash("again"), "{options}");
    }
}

/// Images have defaults of their own, which are said, and which the config has.
#[test]
fn images_are_learnt_as_suits_them() {
    let folder = Folder::new();
    // 8 x 8 pixels, of which the border is 0 and one half is light.
    let (rows, mut pixels) = (120_u8, Vec::new());
    for i in 0..usize::from(rows) {
        let pixel = |k: usize| match (k / 8, k % 8) {
            (0 | 7, _) | (_, 0 | 7) => 0,
            (_, column) => {
                let light = if (column < 4) == (i % 2 == 0) { 40 } else { 0 };
                light + ((i * 7 + k * 3) % 19) as u8
            }
        };
        pixels.extend((0..64).map(pixel));
    }
    let images = [&[0, 0, 8, 3, 0, 0, 0, rows, 0, 0, 0, 8, 0, 0, 0, 8][..], &pixels].concat();
    folder.write("images", images);
    let labels: Vec<u8> = (0..rows).map(|i| i % 2).collect();
    folder.write("labels", [&[0, 0, 8, 1, 0, 0, 0, rows][..], &labels].concat());
    let train = "train images --labels labels --epochs 20";
    let outcome = folder.run(&format!("{train} --task classify --out run"));
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let said =
        "images: images, so --preprocess min-max --hidden 256 --dropout 0.3 --weight-decay 0\n";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    let config = folder.read("run/config.toml");
    for line in ["preprocess = \"min-max\"", "hidden = \"256\"", "dropout = 0.3"] {
        assert!(config.contains(line), "{config}");
    }
    assert!(
        config.lines().any(|line| line.starts_with("weight-decay = 0") && !line.contains("0.0015"))
    );
    let hash = |run: &str| folder.json(&format!("inspect {run}"))["weights_hash"].clone();
    folder.ok("train --config run/config.toml --out again");
    assert_eq!(hash("run"), hash("again"));
    // The border is left out, and in its place on the page.
    let page = folder.read("run/report.html");
    assert!(page.contains("What the first layer looks for"));
    assert!(page.contains("<img class=\"example\"") && page.contains("<img class=\"sheet\""));
    let own = folder.run(&format!("{train} --hidden 4 --dropout 0 --out own"));
    let said = "images, so --preprocess min-max --weight-decay 0\n";
    assert!(own.stderr.contains(said), "{}", own.stderr);
}

#[test]
fn groups_are_whole_and_time_goes_forwards() {
    let folder = Folder::new();
    let mut text = "patient,day,x,y\n".to_owned();
    for i in 0..200 {
        let day = i * 61 % 200;
        text += &format!(
            "p{},2024-{:02}-{:02},{}.5,{}\n",
            i / 4,
            day / 28 + 1,
            day % 28 + 1,
            i % 13,
            i % 2
        );
    }
    folder.write("t.csv", text);
    let split = |options: &str, out: &str| -> Value {
        folder.ok(&format!("train t.csv {options} --epochs 1 --out {out}"));
        serde_json::from_str(&folder.read(&format!("{out}/split.json"))).unwrap()
    };
    let rows = |split: &Value, part: &str| -> Vec<usize> {
        let rows = split[part].as_array().unwrap();
        rows.iter().map(|row| row.as_u64().unwrap() as usize).collect()
    };
    let by_group = split("--group patient", "groups");
    let test = rows(&by_group, "test");
    assert!(test.len() == 40 && test.iter().all(|row| test.contains(&(row / 4 * 4))), "{by_group}");
    let by_time = split("--split-by day", "times");
    let days = |part: &str| rows(&by_time, part).into_iter().map(|row| row * 61 % 200);
    assert!(days("train").max() < days("validation").min());
    assert!(days("validation").max() < days("test").min());
    assert_eq!(rows(&by_time, "test").len(), 40);
}

/// Of 95 in 100 of one class, weights make the network look at the others.
#[test]
fn weights_of_classes_and_rows_count_in_training() {
    let folder = Folder::new();
    let mut text = "x,z,w,y\n".to_owned();
    for i in 0..600 {
        let rare = i % 20 == 0;
        let x = (i * 37 % 100) as f64 / 100.0 + if rare { 0.8 } else { 0.0 };
        let (z, y) = (i * 53 % 7, if rare { "b" } else { "a" });
        text += &format!("{x:.2},{z},{},{y}\n", if rare { 10 } else { 1 });
    }
    folder.write("t.csv", text);
    let recall = |options: &str, out: &str| {
        folder.ok(&format!("train t.csv {options} --hidden none --out {out}"));
        folder.json(&format!("evaluate {out}"))["classes"][1]["recall"].as_f64().unwrap()
    };
    let plain = recall("--drop w", "plain");
    for (options, out) in [
        ("--drop w --class-weights balanced", "balanced"),
        ("--drop w --class-weights 1,19", "list"),
        ("--weight-column w", "rows"),
    ] {
        let weighted = recall(options, out);
        assert!(weighted > plain, "{options}: {weighted} beside {plain}");
    }
    let schema = &folder.json("inspect rows")["schema"];
    assert_eq!(schema[2]["left_out"], "it is the weight of rows");
    let message = folder.fails(1, "train t.csv --class-weights 1,2,3");
    assert!(
        message.contains("--class-weights: ") && message.contains("in their order"),
        "{message}"
    );
}

/// What counts is one weight beside another, whatever their size.
#[test]
fn weights_of_any_size_are_the_same() {
    let folder = Folder::new();
    let mut rows: Vec<String> = Vec::new();
    // Times a power of two, so that no digit is another.
    let scales = ["1", "0.00000095367431640625", "1048576", "1e-300", "1e300"];
    for i in 0..120_usize {
        let weight = 1 + i * 7 % 5;
        let of = |scale: &str| (scale.parse::<f64>().unwrap() * weight as f64).to_string();
        let weights: Vec<String> = scales.iter().map(|scale| of(scale)).collect();
        rows.push(format!(
            "{},{},{},{}\n",
            i * 37 % 100,
            i * 53 % 7,
            weights.join(","),
            i * 11 % 13
        ));
    }
    folder.write("t.csv", "a,b,w0,w1,w2,w3,w4,y\n".to_owned() + &rows.concat());
    let run = |weight: usize| {
        let others = (0..5).filter(|&other| other != weight);
        let drop: String = others.map(|other| format!(" --drop w{other}")).collect();
        let out = format!("--out run{weight}");
        let report = folder.json(&format!(
            "train t.csv --task regress --epochs 5 --weight-column w{weight}{drop} {out}"
        ));
        (report["weights_hash"].clone(), report["train_loss"].as_f64().unwrap())
    };
    let (hash, loss) = run(0);
    for weight in 1..3 {
        assert_eq!(run(weight).0, hash, "{}", scales[weight]);
    }
    for weight in 3..5 {
        let found = run(weight).1;
        assert!((found / loss - 1.0).abs() < 1e-3, "{}: {found} beside {loss}", scales[weight]);
    }
    let classes = |weights: &str, out: &str| {
        let train = "train t.csv --target b --task classify --epochs 2 --class-weights";
        folder.json(&format!("{train} {weights} --out {out}"))["weights_hash"].clone()
    };
    assert_eq!(classes("1,2,1,2,1,2,1", "c1"), classes("1024,2048,1024,2048,1024,2048,1024", "c2"));
    classes("1e300,2e300,1e300,2e300,1e300,2e300,1e300", "c3");
    let train = "train t.csv --target b --task classify --class-weights";
    for (weights, sentence) in [
        ("0,0,0,0,0,0,0", "all weights are 0"),
        ("1,2", "2 weights for 7 classes: give one for each, in their order: 0, 1, 2"),
    ] {
        let message = folder.fails(1, &format!("{train} {weights}"));
        assert!(message.contains(sentence), "{message}");
    }
    let message = folder.fails(2, &format!("{train} -1,1,1,1,1,1,1"));
    assert!(message.contains("expected a number of at least 0"), "{message}");
}

/// Labels that `f64` does not hold are none, and never others.
#[test]
fn labels_beyond_the_numbers_are_refused() {
    let folder = Folder::new();
    let rows =
        |label: &str| (0..60).map(|i| format!("{i},{}\n", ["1", label][i % 2])).collect::<String>();
    for label in ["1e400", "1e-400", "-1e500"] {
        folder.write("t.csv", format!("x,y\n{}", rows(label)));
        let message = folder.fails(1, "train t.csv --task classify");
        assert!(message.contains("cannot be told from each other"), "{message}");
    }
}

/// An option that another takes the effect of is no use.
#[test]
fn options_without_effect_are_refused_or_said() {
    let folder = Folder::new();
    folder.write(
        "t.csv",
        (0..60).fold("x,y\n".to_owned(), |text, i| text + &format!("{i},{}.5\n", i % 7)),
    );
    folder.write("copy.csv", folder.read("t.csv"));
    for (options, sentence) in [
        ("--test 0.3 --test-data copy.csv", "--test: what --test-data names is tested on"),
        ("--hidden none --dropout 0.5", "--dropout: it is of hidden layers"),
        ("--hidden none --activation tanh", "--activation: it is of hidden layers"),
        ("--sheet 1", "--sheet: it is for spreadsheets, and what is read is delimited text"),
    ] {
        let message = folder.fails(2, &format!("train t.csv {options}"));
        assert!(message.contains(sentence), "{message}");
    }
    let outcome = folder.run("train t.csv --test-data copy.csv --epochs 1 --out run");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("all that is tested on has been learnt from"),
        "{}",
        outcome.stderr
    );
    // A run's config has all options, and is repeated.
    folder.ok("train --config run/config.toml --out again");
    folder.ok("train t.csv --hidden none --dropout 0 --epochs 1 --out none");
    folder.ok("train --config none/config.toml --activation tanh --hidden 3 --out other");
}

/// Small files that went wrong once.
#[test]
fn files_of_other_dialects_are_read_as_they_are_meant() {
    let folder = Folder::new();
    let rows = |row: &dyn Fn(usize) -> String| (0..30).map(row).collect::<String>();
    let semicolons = "\"a\";\"b\";\"y\"\n".to_owned()
        + &rows(&|i| format!("0,{:03};0,{:03};2,{:03}\n", i * 37 % 1000, i * 91 % 1000, i * 13));
    let no_header = rows(&|i| format!("{}.5,{}.25,{}\n", i, i * 7 % 11, ["red", "blue"][i % 2]));
    let booleans = "a,b,y\n".to_owned()
        + &rows(&|i| format!("{},{i}.5,{}.5\n", ["True", "False"][i % 2], i % 5));
    for (name, text, said) in [
        ("decimal-commas.csv", semicolons, "a comma stands before decimals"),
        ("no-header.csv", no_header, "no header was found, so the first row is data"),
        ("booleans.csv", booleans, "1 number, 1 truth value"),
    ] {
        folder.write(name, text);
        let train = folder.run(&format!("train {name} --epochs 2"));
        assert_eq!(train.status, 0, "{}", train.stderr);
        assert!(train.stderr.contains(said), "{name}\n{}", train.stderr);
        assert!(train.stderr.contains("30 examples"), "{name}\n{}", train.stderr);
    }
}

/// What nobody means to learn is refused, with what to do.
#[test]
fn targets_and_roles_that_make_no_sense_are_refused() {
    let folder = Folder::new();
    let rows = |row: &dyn Fn(usize) -> String| (0..40).map(row).collect::<String>();
    folder.write(
        "m.csv",
        "x,z,w,y\n".to_owned() + &rows(&|i| format!("{i}.5,{},0,{}\n", i % 7, i % 3)),
    );
    folder.write("price.csv", "x,price\n".to_owned() + &rows(&|i| format!("{i}.5,\"${i},642\"\n")));
    folder.write("ids.csv", "x,who\n".to_owned() + &rows(&|i| format!("{i}.5,p{i}\n")));
    let dates = rows(&|i| format!("{i}.5,2024-{:02}-{:02}\n", 1 + i % 12, 1 + i % 28));
    folder.write("when.csv", "x,when\n".to_owned() + &dates);
    let dates = rows(&|i| format!("{i}.5,{:02}.{:02}.2024\n", 1 + i % 28, 1 + i % 12));
    folder.write("german.csv", "x,when\n".to_owned() + &dates);
    folder.write("one.csv", "x\n".to_owned() + &rows(&|i| format!("{i}.5\n")));
    for (arguments, said) in [
        ("m.csv --weight-column w", "column `w`: all weights are 0"),
        ("m.csv --weight-column y --target y", "cannot be both the target and the weight of rows"),
        ("m.csv --type y=text", "column `y` cannot be both the target and the text"),
        ("m.csv --split-by none", "there is no column `none`"),
        ("price.csv", "numbers with something around them, such as `$0,642`"),
        ("ids.csv", "40 classes in 40 rows are too many to learn"),
        ("when.csv", "its cells are dates, such as `2024-01-01`"),
        ("german.csv", "its cells are dates, such as `01.01.2024`"),
        ("one.csv", "there is no column but the target (--separator"),
    ] {
        let message = folder.fails(1, &format!("train {arguments}"));
        assert!(message.contains(said), "{message}");
    }
    let regress = folder.json("train m.csv --drop w --type y=number --epochs 2");
    assert_eq!(regress["task"], "regress");
    // A number may stand for a gap, however it is spelt.
    folder.write(
        "gaps.csv",
        "x,z,y\n".to_owned()
            + &rows(&|i| {
                format!(
                    "{},{},{}\n",
                    if i % 5 == 0 { "-999.0".to_owned() } else { format!("{i}.5") },
                    i % 7,
                    i % 3
                )
            }),
    );
    let train = folder.run("train gaps.csv --missing -999 --epochs 2");
    assert!(train.stderr.contains("with gaps: x"), "{}", train.stderr);

    // A number comes besides the usual words, and a word instead of them.
    let with_both = folder.read("gaps.csv").replace("-999.0,3", "NA,3");
    folder.write("both.csv", with_both);
    folder.ok("train both.csv --missing -999 --epochs 2 --out both");
    let schema = folder.ok("inspect both --schema");
    assert!(schema.contains("x = \"number\""), "{schema}");
    let train = folder.run("train both.csv --missing -999,none --epochs 2");
    assert!(!train.stderr.contains("with gaps: x"), "{}", train.stderr);
}

#[test]
fn tables_without_names_are_predicted_without_them() {
    let folder = Folder::new();
    let row = |i: usize| format!("{}.5,{},{}\n", i * 7 % 11, i % 5, ["no", "yes"][i % 2]);
    folder.write("t.csv", (0..60).map(row).collect::<String>());
    folder.ok("train t.csv --epochs 2 --out run");
    folder.write("new.csv", "big,4\n1.5,2\n");
    assert_eq!(folder.fails(1, "predict run new.csv").matches("`big` in row 1").count(), 1);
    folder.write("new.csv", "3.5,4\n");
    assert_eq!(folder.ok("predict run new.csv").lines().count(), 2);
}

/// Of other formats, the crate `densely-files` has the tests.
#[test]
fn other_files_are_tables_too() {
    let folder = Folder::new();
    let row = |i: usize| {
        format!("{{\"x\": {}.5, \"kind\": \"{}\", \"y\": {}}}\n", i % 9, ["a", "b"][i % 2], i % 3)
    };
    folder.write("t.jsonl", (0..60).map(row).collect::<String>());
    let train = folder.run("train t.jsonl --epochs 2 --out run");
    assert!(train.stderr.contains("1 number, 1 category"), "{}", train.stderr);
    assert_eq!(folder.ok("predict run t.jsonl").lines().count(), 61);
    folder.write("t.feather", b"FEA1\0\0and so on");
    let message = folder.fails(1, "train t.feather");
    assert!(message.contains("t.feather: ") && message.contains("not read"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_table_may_come_from_standard_input() {
    let folder = Folder::new();
    folder.write("people.csv", people(',', '.'));
    let train = folder.shell("densely train - --epochs 2 --out run < people.csv");
    assert_eq!(train.status, 0, "{}", train.stderr);
    let again = folder.shell("densely train --config run/config.toml --out again < people.csv");
    assert_eq!(again.status, 0, "{}", again.stderr);
    let predicted = folder.shell("densely predict run - < people.csv");
    assert_eq!(predicted.stdout, folder.ok("predict run people.csv"));
    assert!(!folder.path().join("run/split.json").exists(), "there is no file to look at again");
}

#[test]
fn cells_that_are_too_many_are_names_of_rows_where_all_rows_have_one_and_this_is_said() {
    let folder = Folder::new();
    let row = |i: usize| {
        format!("{},{},{}\n", 20 + i * 7 % 60, 50 + i * 11 % 40, i * 7 % 60 + i * 11 % 40)
    };
    let rows: Vec<String> = (0..300).map(row).collect();
    let named = |is: &dyn Fn(usize) -> bool| {
        let row =
            |(i, row): (usize, &String)| if is(i) { format!("n{i},{row}") } else { row.clone() };
        "age,weight,y\n".to_owned() + &rows.iter().enumerate().map(row).collect::<String>()
    };
    let said = "rows have a cell more than the header, and the first is taken for the name of the row, in `column 1`";
    folder.write("all.csv", named(&|_| true));
    folder.write("none.csv", named(&|_| false));
    for arguments in [
        "train all.csv --epochs 1 --out run",
        "predict run all.csv",
        "evaluate run all.csv --all-rows",
    ] {
        let outcome = folder.run(arguments);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(&format!("all.csv: {said}")), "{}", outcome.stderr);
    }
    folder.ok("train none.csv --epochs 1 --out plain");
    folder.write("one.csv", "age,weight\n40,70,5\n");
    let outcome = folder.run("predict plain one.csv");
    assert!(outcome.stderr.contains(&format!("one.csv: {said}")), "{}", outcome.stderr);
    // The first that has a cell too many, also where the first that has not comes late.
    for (name, line, has) in [
        ("most.csv", 2, &(|i: usize| i != 5) as &dyn Fn(usize) -> bool),
        ("early.csv", 2, &|i| i < 250),
        ("few.csv", 5, &|i| i == 3),
        ("late.csv", 282, &|i| i == 280),
    ] {
        folder.write(name, named(has));
        for command in ["train", "predict plain"] {
            let message = folder.fails(1, &format!("{command} {name}"));
            let expected = format!(
                "error: {name}: line {line}: expected as many cells as there are columns (3), got 4 "
            );
            assert!(message.starts_with(&expected), "{message}");
        }
    }
}

#[test]
fn a_header_is_one_though_a_class_is_called_as_the_target() {
    let folder = Folder::new();
    let row = |i: usize| format!("{}.5,{}\n", i * 7 % 31, ["y", "n"][i % 2]);
    folder.write("t.csv", "a,y\n".to_owned() + &(0..200).map(row).collect::<String>());
    let outcome = folder.run("train t.csv --epochs 1 --out run");
    assert!(
        outcome.stderr.contains("200 examples, 1 feature; y is one of 2 classes"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains("no header"), "{}", outcome.stderr);
    // Where it is not found, it is said what helps.
    folder.write(
        "few.csv",
        "a,b,c,y\n".to_owned()
            + &(0..60)
                .map(|i| {
                    format!(
                        "{}.5,{},{},{}\n",
                        i * 7 % 31,
                        ["b", "x"][i % 2],
                        ["c", "x"][i / 2 % 2],
                        ["y", "n"][i % 2]
                    )
                })
                .collect::<String>(),
    );
    for arguments in ["train few.csv", "train few.csv --target y"] {
        let message = folder.fails(1, &format!("{arguments} --epochs 1"));
        assert!(
            message.contains("no header was found")
                && message.contains("names the columns: --header yes)"),
            "{message}"
        );
    }
}
