//! What is said of a training by what only the table tells.

use serde_json::Value;

use crate::common::Folder;

/// Numbers from -1 to 1 that repeat late.
fn uniform(i: usize, step: usize) -> f64 {
    (i * step % 1009) as f64 / 504.5 - 1.0
}

/// Rows of `temp,b,c,y`, where all three tell `y`: each as `change` makes it of the usual ones.
fn table(rows: usize, change: impl Fn(usize, [String; 4]) -> [String; 4]) -> String {
    let row = |i: usize| {
        let [a, b, c] = [353, 467, 691].map(|step| uniform(i, step));
        let y = 2.0 * a + b - c * c;
        let cells = [format!("{:.3}", 50.0 + 10.0 * a), format!("{b:.4}"), format!("{c:.4}")];
        let [temp, b, c] = cells;
        change(i, [temp, b, c, format!("{y:.4}")]).join(",") + "\n"
    };
    "temp,b,c,y\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

fn findings(folder: &Folder, arguments: &str) -> Vec<String> {
    let report = folder.json(&format!("train {arguments} --no-report --force --out run"));
    let all = report["findings"].as_array().unwrap().iter();
    all.map(|finding| finding.as_str().unwrap().to_owned()).collect()
}

/// Every tenth row from the fourth on, or one alone.
fn with_numbers(column: usize, number: &str, every: usize) -> String {
    table(400, |i, mut cells| {
        if i % every == 3 {
            number.clone_into(&mut cells[column]);
        }
        cells
    })
}

#[test]
fn numbers_that_may_stand_for_gaps_are_named_with_the_way_out() {
    let folder = Folder::new();
    for number in ["-999", "99999", "1e20", "9.96921e36", "1e30", "-1e34"] {
        for (column, name) in [(0, "temp"), (3, "y")] {
            folder.write("t.csv", with_numbers(column, number, 10));
            let told = findings(&folder, "t.csv --validation 0.1 --epochs 60");
            let about: Vec<&String> =
                told.iter().filter(|told| told.contains("stands for what is missing")).collect();
            let [told] = about[..] else { panic!("{number} of {name}: {told:?}") };
            assert!(
                told.starts_with(&format!("column `{name}` is {number} in "))
                    && told.contains(" of 400 rows, as in row 4 (line 5), ")
                    && told.ends_with(&format!("say so (--missing {name}={number})")),
                "{told}"
            );
            let ways = format!("t.csv --epochs 60 --missing {name}={number}");
            let told = findings(&folder, &ways);
            assert!(!told.iter().any(|told| told.contains(number)), "{told:?}");
        }
    }
}

#[test]
fn a_single_number_that_drowns_all_others_is_named() {
    let folder = Folder::new();
    for column in [0, 3] {
        folder.write("t.csv", with_numbers(column, "1e20", 1000));
        let told = findings(&folder, "t.csv --validation 0 --test 0 --epochs 20");
        let [told] = &told[..] else { panic!("{told:?}") };
        let name = ["temp", "", "", "y"][column];
        assert!(
            told.starts_with(&format!("column `{name}` is 1e20 in row 4 (line 5), so far")),
            "{told}"
        );
        assert!(told.contains("correct it, or,"), "{told}");
    }
}

/// A column that is no matter is not worth a sentence.
#[test]
fn a_healthy_training_says_nothing() {
    let folder = Folder::new();
    folder.write("t.csv", table(400, |_, cells| cells));
    assert_eq!(findings(&folder, "t.csv"), [""; 0]);
    let prices = |i: usize, mut cells: [String; 4]| {
        let y: f64 = cells[3].parse().unwrap();
        cells[3] = format!("{:.3}", 1000.0 * (0.3 * y).exp());
        if i % 20 == 3 {
            "-99".clone_into(&mut cells[1]);
        }
        cells
    };
    folder.write("t.csv", table(400, prices).replace("-99", "0"));
    assert_eq!(findings(&folder, "t.csv"), [""; 0]);
}

#[test]
fn test_data_that_are_elsewhere_are_counted() {
    let folder = Folder::new();
    folder.write("t.csv", table(400, |_, cells| cells));
    let changed = |column: usize, change: fn(f64) -> f64| {
        table(100, |_, mut cells| {
            cells[column] = format!("{:.3}", change(cells[column].parse().unwrap()));
            cells
        })
    };
    for (name, text, beginning) in [
        (
            "shift",
            changed(0, |temp| temp + 60.0),
            "feature `temp` is beyond all that was seen in training in all 100 examples",
        ),
        (
            "units",
            changed(0, |temp| 1000.0 * temp),
            "feature `temp` is beyond all that was seen in training in all 100 examples",
        ),
        (
            "target",
            changed(3, |y| y + 20.0),
            "the target `y` is beyond all that was seen in training in all 100 examples",
        ),
    ] {
        folder.write("new.csv", text);
        let told = findings(&folder, "t.csv --test-data new.csv");
        let about: Vec<&String> =
            told.iter().filter(|told| told.contains("of the test data, and")).collect();
        let [about] = about[..] else { panic!("{name}: {told:?}") };
        assert!(about.starts_with(beginning), "{name}: {about}");
    }
    folder.write("new.csv", changed(1, |b| b));
    assert_eq!(findings(&folder, "t.csv --test-data new.csv"), [""; 0]);
}

#[test]
fn gaps_of_test_data_alone_are_told() {
    let folder = Folder::new();
    folder.write("t.csv", table(400, |_, cells| cells));
    let gaps = |i: usize, mut cells: [String; 4]| {
        if i % 2 == 1 {
            cells[0].clear();
        }
        cells
    };
    folder.write("new.csv", table(100, gaps));
    let said = "new.csv: 50 rows with a gap in `temp`, where training had hardly one";
    for arguments in ["train t.csv --test-data new.csv --out run", "predict run new.csv"] {
        let outcome = folder.run(arguments);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    assert!(!folder.run("predict run t.csv").stderr.contains("gap"));
}

#[test]
fn components_are_named_as_what_they_are() {
    let folder = Folder::new();
    folder.write("t.csv", table(400, |_, cells| cells));
    let units = |_, mut cells: [String; 4]| {
        cells[0] = format!("{:.3}", 1000.0 * cells[0].parse::<f64>().unwrap());
        cells
    };
    folder.write("new.csv", table(100, units));
    for method in ["pca", "whiten"] {
        let told = findings(&folder, &format!("t.csv --test-data new.csv --preprocess {method}"));
        let about = told.iter().any(|told| told.starts_with("feature `component "));
        assert!(about && !told.iter().any(|told| told.contains("`x0`")), "{told:?}");
    }
}

#[test]
fn skewed_targets_are_better_learnt_as_logarithms() {
    let folder = Folder::new();
    let prices = |_, mut cells: [String; 4]| {
        let y: f64 = cells[3].parse().unwrap();
        cells[3] = format!("{:.6}", 1000.0 * (2.0 * y).exp());
        cells
    };
    folder.write("t.csv", table(400, prices));
    let of_test = |options: &str| {
        let report = folder.json(&format!("train t.csv --out run --force --epochs 15 {options}"));
        (report["findings"].clone(), report["test_r2"].as_f64().unwrap())
    };
    let (told, _) = of_test("");
    let told: Vec<&str> = told.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let skewed = told.iter().filter(|told| told.starts_with("the target `y` is skewed"));
    assert_eq!(skewed.count(), 1, "{told:?}");
    assert!(told.iter().any(|told| told.ends_with("(--target-transform log)")), "{told:?}");
    let (told, _) = of_test("--target-transform log");
    assert!(!told.to_string().contains("skewed"), "{told}");
}

#[test]
fn a_max_norm_that_is_too_small_is_what_is_raised() {
    let folder = Folder::new();
    let classes = |_, mut cells: [String; 4]| {
        let y: f64 = cells[3].parse().unwrap();
        cells[3] = if y > -0.1 { "r".to_owned() } else { "s".to_owned() };
        cells
    };
    folder.write("c.csv", table(400, classes));
    folder.write("t.csv", table(400, |_, cells| cells));
    for data in ["t.csv", "c.csv"] {
        for limit in ["0.0001", "0.001", "0.01"] {
            let told = findings(&folder, &format!("{data} --max-norm {limit} --epochs 60"));
            let about = told.iter().position(|told| told.contains("max norm"));
            let about = about.unwrap_or_else(|| panic!("{data} {limit}: {told:?}"));
            assert!(told[about].ends_with(": raise it"), "{told:?}");
            let advice = |told: &String| {
                ["recall", "learning rate", "epochs"].iter().any(|part| told.contains(part))
            };
            assert!(!told.iter().any(advice), "{data} {limit}: {told:?}");
        }
    }
}

#[test]
fn gaps_in_categories_and_times_of_new_data_alone_are_told() {
    let folder = Folder::new();
    let rows = |count: usize, has_gaps: bool| {
        let row = |i: usize| {
            let (plan, code) = (["A", "B", "C"][i % 3], [10115, 20095, 80331][i % 3]);
            let day = format!("2024-{:02}-{:02}", i % 12 + 1, i % 28 + 1);
            let told = has_gaps && i.is_multiple_of(2);
            let [plan, code, day] = [plan.to_owned(), code.to_string(), day]
                .map(|cell| if told { String::new() } else { cell });
            format!("{plan},{code},{day},{},{}.5\n", i * 7 % 13, i % 3 * 4 + i % 12)
        };
        "plan,zip,day,a,y\n".to_owned() + &(0..count).map(row).collect::<String>()
    };
    folder.write("t.csv", rows(300, false));
    folder.write("new.csv", rows(60, true));
    folder.ok("train t.csv --epochs 2 --out run");
    for arguments in [
        "train t.csv --test-data new.csv --epochs 2 --out other",
        "predict run new.csv",
        "evaluate run new.csv",
    ] {
        let said = folder.run(arguments);
        assert_eq!(said.status, 0, "{}", said.stderr);
        for (column, what) in [
            ("plan", "taken for none of its categories"),
            ("zip", "taken for none of its categories"),
            ("day", "taken for what is usual there"),
        ] {
            let line = format!(
                "new.csv: 30 rows with a gap in `{column}`, where training had hardly one: {what}\n"
            );
            assert!(said.stderr.contains(&line), "{arguments}: {}", said.stderr);
        }
    }
    assert!(!folder.run("predict run t.csv").stderr.contains("with a gap"));
}

/// `price` is 100 e^((2a + b) / 3), from 7 to 1,400, but for `value` in every 25th row.
fn prices(rows: usize, value: impl Fn(f64) -> String) -> String {
    let row = |i: usize| {
        let (a, b) = ((i * 37 % 101) as f64 / 25.0 - 2.0, (i * 59 % 89) as f64 / 22.0 - 2.0);
        let price = 100.0 * ((2.0 * a + b) / 2.4_f64).exp();
        let price = if i % 25 == 7 { value(price) } else { format!("{price:.2}") };
        format!("{a:.2},{b:.2},{price}\n")
    };
    "a,b,price\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

#[test]
fn numbers_that_stand_for_gaps_in_a_target_are_named_where_it_is_not_learnt() {
    let folder = Folder::new();
    for (value, options) in [
        ("-9999", ""),
        ("-2000", ""),
        ("9999", ""),
        ("-20000", " --validation 0"),
        ("1e-9", " --target-transform log"),
    ] {
        folder.write("t.csv", prices(600, |_| value.to_owned()));
        let told = findings(&folder, &format!("t.csv --epochs 30{options}"));
        let about = told.iter().find(|told| told.contains("stands for what is missing"));
        let Some(about) = about else { panic!("{value}{options}: {told:?}") };
        assert!(
            about.starts_with(&format!("column `price` is {value} in 24 of 600 rows")),
            "{about}"
        );
        assert!(about.ends_with(&format!("(--missing price={value})")), "{about}");
        assert!(!told.iter().any(|told| told.contains("neither the data")), "{told:?}");
    }
    folder.write("t.csv", prices(600, |price| price.to_string()));
    assert!(!findings(&folder, "t.csv --epochs 30").iter().any(|told| told.contains("--missing")));
}

#[test]
fn classes_of_new_data_that_training_never_saw_are_named() {
    let folder = Folder::new();
    let row = |i: usize| {
        let class = if i >= 420 { "new" } else { ["p", "q"][i % 2] };
        format!("{i},{}.5,{class}\n", i % 2 * 10 + i % 7)
    };
    folder.write("t.csv", "t,a,y\n".to_owned() + &(0..500).map(row).collect::<String>());
    let told = findings(&folder, "t.csv --split-by t --epochs 10");
    let about: Vec<&String> = told.iter().filter(|told| told.starts_with("class `new`")).collect();
    let [about] = about[..] else { panic!("{told:?}") };
    assert_eq!(
        about,
        "class `new` is in 80 of 100 examples of the test data, and in none of the training data, so that it cannot be \
         recognised: have examples of it to learn from, or leave it out"
    );
}

#[test]
fn logarithms_are_advised_where_all_targets_have_some_and_they_are_not_learnt_already() {
    let folder = Folder::new();
    let skewed = |zero: usize, rows: usize| {
        let row = |i: usize| {
            let (a, b) = ((i * 37 % 101) as f64 / 25.0, (i * 59 % 89) as f64 / 20.0);
            let y = if i == zero { 0.0 } else { (a + b + (i * 13 % 7) as f64 / 3.0).exp() };
            format!("{a},{b},{y:.3}\n")
        };
        "a,b,y\n".to_owned() + &(0..rows).map(row).collect::<String>()
    };
    let advice = "--target-transform log";
    folder.write("t.csv", skewed(1000, 400));
    let told = findings(&folder, "t.csv --epochs 5");
    assert!(told.iter().any(|told| told.contains(advice)), "{told:?}");
    // Whichever part the zero is in.
    folder.write("new.csv", skewed(3, 60));
    let told = findings(&folder, "t.csv --epochs 5 --test-data new.csv");
    assert!(!told.iter().any(|told| told.contains(advice)), "{told:?}");
    let told = findings(&folder, "t.csv --epochs 5 --target-transform log --learning-rate 1e-6");
    assert!(!told.iter().any(|told| told.contains("logarithm")), "{told:?}");
}

#[test]
fn rare_classes_that_are_weighed_are_not_to_be_weighed_more() {
    let folder = Folder::new();
    let row = |i: usize| format!("{},{},{}\n", i * 7 % 31, i * 11 % 29, usize::from(i % 33 == 5));
    folder.write("t.csv", "a,b,fraud\n".to_owned() + &(0..600).map(row).collect::<String>());
    let told =
        |options: &str| findings(&folder, &format!("t.csv --epochs 3 --hidden none {options}"));
    let missed =
        |told: &[String]| told.iter().find(|told| told.contains("not recognised")).cloned();
    let plain = missed(&told("")).expect("fraud is missed");
    assert!(
        plain.contains("look at recall instead of accuracy, and weigh rare classes more"),
        "{plain}"
    );
    for options in ["--class-weights 1,1.01", "--loss softmax(class-weights=[1,1.01])"] {
        let weighed = missed(&told(options)).expect("fraud is missed");
        assert!(!weighed.contains("weigh rare classes more"), "{options}: {weighed}");
    }
    let mistaken = missed(&told("--class-weights 2,1")).expect("fraud is missed");
    assert!(mistaken.contains("weigh rare classes more"), "{mistaken}");
    let message =
        folder.fails(2, "train t.csv --loss softmax(class-weights=[1,20]) --class-weights 20,1");
    assert!(
        message.contains("--class-weights 20,1: --loss \"softmax(class-weights=")
            && message.contains(" says the class-weights, too: leave one of them out"),
        "{message}"
    );
}

#[test]
fn a_scale_that_was_asked_for_is_not_to_be_another() {
    let folder = Folder::new();
    let row = |i: usize| {
        let a = ((i * 37 % 101) as f64 / 12.0 - 4.0).exp();
        let b = ((i * 59 % 89) as f64 / 6.0 - 7.0).exp();
        format!("{a:.5},{b:.5},{}\n", usize::from((i * 7919 % 13) > 6))
    };
    folder.write("t.csv", "a,b,y\n".to_owned() + &(0..300).map(row).collect::<String>());
    let standardise = |options: &str| {
        let told = findings(&folder, &format!("t.csv --epochs 5 --hidden 4 {options}"));
        told.iter().any(|told| told.contains("standardise"))
    };
    assert!(standardise("--preprocess none"));
    assert!(!standardise("--preprocess robust"));
}

#[test]
fn one_weight_that_outweighs_all_others_is_named() {
    let folder = Folder::new();
    let table = |weight: &str| {
        let row = |i: usize| {
            let weight = if i == 41 { weight } else { "1" };
            format!("{}.5,{},{weight}\n", i * 7 % 31, i * 7 % 31 * 3 + 1)
        };
        "a,y,w\n".to_owned() + &(0..300).map(row).collect::<String>()
    };
    for weight in ["1e9", "1e308"] {
        folder.write("t.csv", table(weight));
        let told = findings(
            &folder,
            "t.csv --weight-column w --validation 0 --test 0 --epochs 5 --task regress",
        );
        let about = told.iter().find(|told| told.starts_with("the weight of row 42 (line 43) is "));
        assert!(about.is_some_and(|about| about.ends_with("from these: correct it")), "{told:?}");
        assert!(
            !told.iter().any(|told| told.contains("margin") || told.contains("decay")),
            "{told:?}"
        );
    }
}
