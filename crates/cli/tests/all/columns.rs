//! What columns are: a file that says it, names that come twice, dates, and categories that are new.

use crate::common::{Folder, flowers};

fn houses() -> String {
    let row = |i: usize| {
        let (size, zip) = (30 + i * 37 % 90, ["1010", "1020", "2340"][i % 3]);
        let sold = format!("{:02}.{:02}.2024", i % 28 + 1, i % 12 + 1);
        format!("{i},{size},{zip},{},{sold},{}\n", ["yes", "no"][i / 2 % 2], 7 * size + i % 5)
    };
    "id,size,area,lift,sold,price\n".to_owned() + &(0..150).map(row).collect::<String>()
}

#[test]
fn a_file_says_what_columns_are() {
    let folder = Folder::new();
    folder.write("t.csv", houses());
    folder.ok("train t.csv --epochs 1 --type area=category --out run");
    let schema = folder.ok("inspect run --schema");
    for line in [
        "[columns]",
        "id = \"left-out\"  # number: it numbers the rows",
        "size = \"number\"",
        "area = \"category\"",
        "lift = \"boolean\"",
    ] {
        assert!(schema.lines().any(|found| found == line), "{line}\n{schema}");
    }
    // A date that is not of ISO 8601 is no category, and how to write it is said.
    assert!(schema.contains("sold = \"left-out\"  # category: its cells are dates such as `0"));
    folder.write("schema.toml", &schema);
    folder.ok("train t.csv --epochs 1 --schema schema.toml --out same");
    let shown = |run: &str| folder.json(&format!("inspect {run}"));
    let (run, same) = (shown("run"), shown("same"));
    assert_eq!(run["weights_hash"], same["weights_hash"]);
    assert_eq!(same["schema"][2]["kind"], "category");
    // From anywhere, and with what is edited in it.
    folder.write("schema.toml", schema.replace("id = \"left-out\"", "id = \"number\""));
    std::fs::create_dir(folder.path().join("other")).unwrap();
    let again = folder.shell("cd other && densely train --config ../same/config.toml --out again");
    assert_eq!(again.status, 0, "{}", again.stderr);
    let again = shown("other/again");
    assert!(again["schema"][0]["left_out"].is_null(), "{again}");
    // Options come first.
    folder
        .ok("train t.csv --epochs 1 --schema schema.toml --type area=number --drop id --out said");
    let said = shown("said");
    assert_eq!(said["schema"][0]["left_out"], "as asked for");
    assert_eq!(said["schema"][2]["kind"], "number");

    folder.ok("preprocess t.csv --target price --schema schema.toml -o x.csv");
    assert!(folder.read("x.csv").starts_with("id,size,area = 1010,"), "{}", folder.read("x.csv"));
    for (text, expected) in [
        ("[columns]\nsize = \"nombre\"\n", "column `size`: `nombre` is no kind of column"),
        ("[columns]\nsize = 3\n", "column `size`: expected a table [columns]"),
        ("size = \"number\"\n", "expected a table [columns] of names and what they are"),
        ("[columns\n", "wrong.toml: "),
        ("[columns]\nsizes = \"number\"\n", "there is no column `sizes` (did you mean `size`?)"),
    ] {
        folder.write("wrong.toml", text);
        let message = folder.fails(1, "train t.csv --schema wrong.toml");
        assert!(message.contains(expected), "{message}");
    }
}

/// With the words that were gaps, so that it alone is enough.
#[test]
fn a_schema_keeps_the_words_for_gaps() {
    let folder = Folder::new();
    let row = |i: usize| match i % 9 {
        0 => format!("gone,{}\n", i % 5),
        _ => format!("{},{}\n", i % 7, i % 5),
    };
    folder.write("t.csv", "a,y\n".to_owned() + &(0..90).map(row).collect::<String>());
    folder.ok("train t.csv --epochs 1 --missing gone,-1 --out run");
    let schema = folder.ok("inspect run --schema");
    assert!(schema.contains("missing = [\"gone\", \"-1\"]\n[columns]\n"), "{schema}");
    folder.write("schema.toml", &schema);
    folder.ok("train t.csv --epochs 1 --schema schema.toml --out same");
    let shown = |run: &str| folder.json(&format!("inspect {run}"));
    assert_eq!(shown("run")["weights_hash"], shown("same")["weights_hash"]);
    // `evaluate` reads the file as it was read then.
    assert_eq!(folder.json("evaluate run"), folder.json("evaluate same"));
    folder.ok("preprocess t.csv --target y --schema schema.toml -o x.csv");
    assert!(!folder.read("x.csv").contains("gone"));
    let message = folder.fails(1, "train t.csv --schema schema.toml --missing NA --epochs 1");
    assert!(message.contains("`gone`"), "{message}");
    for (text, expected) in [
        ("missing = \"gone\"\n[columns]\n", "`missing`: expected a list of the words"),
        ("gaps = [\"gone\"]\n[columns]\n", "`gaps`: expected a table [columns]"),
    ] {
        folder.write("wrong.toml", text);
        let message = folder.fails(1, "train t.csv --schema wrong.toml");
        assert!(message.contains(expected), "{message}");
    }
    // Those of one column are written as they were said.
    folder.ok("train t.csv --epochs 1 --missing gone --missing a=-1 --out own");
    let schema = folder.ok("inspect own --schema");
    assert!(schema.contains("missing = [\"gone\", \"a=-1\"]\n[columns]\n"), "{schema}");
    folder.write("own.toml", &schema);
    folder.ok("train t.csv --epochs 1 --schema own.toml --out again");
    assert_eq!(shown("own")["weights_hash"], shown("again")["weights_hash"]);
    // Of the usual words nothing is said.
    folder.ok("train t.csv --epochs 1 --type a=category --out usual");
    assert!(!folder.ok("inspect usual --schema").contains("missing"));
}

#[test]
fn text_that_is_kept_is_a_category_or_it_is_said_why_not() {
    let folder = Folder::new();
    let row = |i: usize| {
        let note = format!("the guest of room {} was happy to stay {i}", i % 7);
        let common = ["a long walk along the river", "it rained on every single day"][i % 2];
        let common = if i % 4 < 2 { common.to_owned() } else { note.clone() };
        format!("{},{note},{common},{}\n", i * 7 % 13, i % 2)
    };
    folder.write("t.csv", "a,note,review,y\n".to_owned() + &(0..120).map(row).collect::<String>());
    let said = |options: &str| folder.run(&format!("train t.csv --epochs 1 {options}")).stderr;
    let plain = said("--out plain");
    for column in ["note", "review"] {
        let line = format!("{column} is left out: it is text; --keep-column '{column}' --rare 1");
        assert!(plain.contains(&line), "{plain}");
    }
    let kept = said("--keep-column note,review --out kept");
    assert!(kept.contains("note is left out: none of its "), "{kept}");
    assert!(kept.contains(" values is in 2 rows"), "{kept}");
    let features = |run: &str| folder.json(&format!("inspect {run}"))["features"].to_string();
    assert!(features("kept").contains("review = a long walk along the river"));
    assert!(!features("kept").contains("note"));
    said("--keep-column note --rare 1 --out each");
    assert!(features("each").contains("note = the guest of room 3"), "{}", features("each"));
}

#[test]
fn columns_that_are_kept_twice_are_no_fault_of_the_file() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.ok("train t.csv --target kind --epochs 1 --out run");
    for keep in ["--keep width,width", "--keep kind,kind --proba"] {
        let message = folder.fails(1, &format!("predict run t.csv {keep}"));
        let said = "error: --keep: two columns beside each other would be called `";
        assert!(message.starts_with(said), "{message}");
    }
}

#[test]
fn names_that_come_twice_are_refused_where_they_are_used() {
    let folder = Folder::new();
    let row = |i: usize| format!("{},{},{},{}\n", i % 7, i % 5, i % 3, i % 2);
    folder.write("t.csv", "a,note,note,y\n".to_owned() + &(0..60).map(row).collect::<String>());
    let message = folder.fails(1, "train t.csv --epochs 1");
    assert!(message.contains("there are two columns `note`: give one of them another name"));
    let message = folder.fails(1, "train t.csv --target note --epochs 1");
    assert!(message.contains("there are two columns `note`"), "{message}");
    folder.ok("train t.csv --drop note --epochs 1 --out run");
    assert_eq!(folder.ok("predict run t.csv").lines().count(), 61);
    assert!(folder.fails(1, "predict run t.csv --keep note").contains("two columns `note`"));
    folder.write("new.csv", "a,a,y\n1,2,0\n");
    assert!(folder.fails(1, "predict run new.csv").contains("two columns `a`"));
}

#[test]
fn categories_that_are_new_are_counted() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.ok("train t.csv --target number --task regress --epochs 1 --out run");
    folder.write("new.csv", "height,kind,width\n1,rose,2\n1,lily,2\n1,,2\n2,fern,2\n");
    let predicted = folder.run("predict run new.csv");
    assert_eq!(
        predicted.stderr,
        "new.csv: 1 row with a gap in `kind`, where training had hardly one: taken for none of its \
         categories\nnew.csv: 2 rows with a category of `kind` that was rare or not there in training, such as \
         `lily`: the model takes all such for one\n"
    );
    assert_eq!(folder.run("predict run t.csv").stderr, "");
}

#[test]
fn all_values_of_a_column_are_kept_by_what_is_advised() {
    let folder = Folder::new();
    let row = |i: usize| format!("k{i},{},{}.5\n", i % 7, i % 11);
    folder.write("t.csv", "k,x,y\n".to_owned() + &(0..390).map(row).collect::<String>());
    let said = folder.run("train t.csv --epochs 1 --out run").stderr;
    let (_, advised) = said.split_once("--keep-column").unwrap_or_else(|| panic!("{said}"));
    let (options, what) = advised.split_once(" takes each of its values").unwrap();
    assert!(options.starts_with(" 'k' --rare 1 --categories "), "{options}, {what}");
    folder.shell(&format!("densely train t.csv --epochs 1 --out all --keep-column{options}"));
    let features = folder.json("inspect all")["features"].to_string();
    assert!(features.matches("k = k").count() > 150, "{features}");
    assert!(!features.contains("is another"), "{features}");
}

#[test]
fn numbers_far_from_those_of_training_are_told() {
    let folder = Folder::new();
    let row = |i: usize| format!("{},{}.5,{}\n", 10 + i % 11, i % 7, i % 3);
    folder.write("t.csv", "x,z,y\n".to_owned() + &(0..80).map(row).collect::<String>());
    folder.ok("train t.csv --epochs 1 --out run");
    folder.write("new.csv", "x,z,y\n30,1,0\n31,1,1\n15,99,2\n-0.5,1,1\n");
    let said = "new.csv: 2 rows with a value of `x` outside those of training (10 to 20), such as 31 in row 2 \
                (line 3), and so in 1 other column: what the model makes of it is a guess, so see whether it \
                means the same\n";
    for command in ["predict run new.csv", "evaluate run new.csv", "preprocess new.csv --with run"]
    {
        let stderr = folder.run(command).stderr;
        assert!(stderr.starts_with(said), "{command}: {stderr}");
    }
    assert_eq!(folder.run("predict run t.csv").stderr, "");
}

#[test]
fn what_is_dropped_may_be_what_no_cell_can_hold() {
    let folder = Folder::new();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../files/tests/data");
    for (file, nested) in [
        ("refused-nested.parquet", "list,struct,map,binary"),
        ("refused-nested.arrow", "list,struct,map,binary"),
    ] {
        folder.fails(1, &format!("preprocess {data}/{file} -o all.csv"));
        folder.ok(&format!("preprocess {data}/{file} --drop {nested} -o x.csv --force"));
        let made = folder.read("x.csv");
        assert!(made.lines().count() > 1 && !made.contains("list"), "{file}: {made}");
    }
    // Of the sheet a column is left that is always 1: so it was read.
    let (sheet, dropped) = (format!("{data}/refused-error.xlsx"), "--drop b -o x.csv --force");
    assert!(!folder.fails(1, &format!("preprocess {sheet} -o all.csv")).contains("no feature"));
    let refused = folder.fails(1, &format!("preprocess {sheet} {dropped}"));
    assert!(
        refused.contains("no feature is left: a: number, left out: it is always `1`"),
        "{refused}"
    );
    // A list in training, and another one in what is predicted.
    let lines = |nested: &str| {
        let row = |i: usize| {
            let (y, rest) = (["yes", "no"][i / 20], format!("\"{nested}\": [{i}]"));
            format!("{{\"x\": {}, {rest}, \"y\": \"{y}\"}}\n", i * 7 % 40 + i)
        };
        (0..40).map(row).collect::<String>()
    };
    folder.write("t.jsonl", lines("list"));
    folder.write("new.jsonl", lines("other"));
    let refused = folder.fails(1, "train t.jsonl --target y --epochs 1 --out run");
    assert!(refused.contains("a list at `list`"), "{refused}");
    folder.ok("train t.jsonl --target y --drop list --epochs 1 --out run");
    let schema = folder.json("inspect run")["schema"].clone();
    assert_eq!(
        (&schema[1]["name"], &schema[1]["left_out"]),
        (&"list".into(), &"as asked for".into())
    );
    let of_other = folder.ok("predict run new.jsonl");
    assert_eq!(of_other.lines().count(), 41);
    folder.ok("evaluate run new.jsonl");
    // What is to be kept is needed.
    let kept = folder.fails(1, "predict run new.jsonl --keep other");
    assert!(kept.contains("a list at `other`"), "{kept}");
    let unknown =
        folder.fails(1, "train t.jsonl --target y --drop list,lst --epochs 1 --out other");
    assert!(unknown.contains("did you mean `list`?"), "{unknown}");
}

#[test]
fn columns_of_groups_and_of_the_order_are_features_if_they_are_kept() {
    let folder = Folder::new();
    let row =
        |i: usize| format!("2024-{:02}-{:02},{},{}\n", i / 28 + 1, i % 28 + 1, i % 5, i % 7 / 5);
    let text = "date,shop,y\n".to_owned() + &(0..280).map(row).collect::<String>();
    folder.write("t.csv", &text);
    let features = |run: &str| folder.json(&format!("inspect {run}"))["features"].to_string();
    let plain = folder.run("train t.csv --split-by date --epochs 1 --out plain");
    let line = "date is left out: it is the order of rows; --keep-column 'date' makes a feature of it, too";
    assert!(plain.stderr.contains(line), "{}", plain.stderr);
    assert_eq!(features("plain"), "[\"shop\"]");
    folder.ok("train t.csv --split-by date --keep-column date --epochs 1 --out order");
    assert!(features("order").contains("date: weekday"), "{}", features("order"));
    folder.ok("train t.csv --group shop --keep-column shop --drop date --epochs 1 --out group");
    assert_eq!(features("group"), "[\"shop\"]");
    folder.ok("predict order t.csv");
    // Where there is nothing else, as the error says.
    folder.write(
        "alone.csv",
        text.lines()
            .map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                format!("{},{}\n", cells[0], cells[2])
            })
            .collect::<String>(),
    );
    let message = folder.fails(1, "train alone.csv --split-by date --epochs 1");
    assert!(message.contains("(--keep-column NAMES)"), "{message}");
    folder.ok("train alone.csv --split-by date --keep-column date --epochs 1 --out alone");
}

#[test]
fn what_is_said_of_a_column_must_not_contradict_itself() {
    let folder = Folder::new();
    let row = |i: usize| format!("{},{},{}\n", i % 9, i % 7 + 1, i % 2);
    folder.write("t.csv", "a,c,y\n".to_owned() + &(0..60).map(row).collect::<String>());
    for (options, expected) in [
        ("--drop c --keep-column c", "--drop c, --keep-column c: one leaves the column out"),
        ("--drop c --type c=number", "--drop c, --type c=number: one leaves the column out"),
        ("--type c=category,c=number", "--type c=category, c=number: a column is of one kind"),
        ("--type c=time --type c=text", "--type c=time, c=text: a column is of one kind"),
    ] {
        for command in ["train", "tune", "preprocess"] {
            let message = folder.fails(2, &format!("{command} t.csv {options}"));
            assert!(message.contains(expected), "{command}: {message}");
        }
    }
    let message = folder.fails(2, "train t.csv --weight-column c --keep-column c");
    assert!(
        message.contains("--weight-column c, --keep-column c: how much a row counts"),
        "{message}"
    );
    // What a config says of a column, the line may say otherwise.
    folder.ok("train t.csv --type c=category --epochs 1 --out run");
    folder.ok("train --config run/config.toml --type c=number --out other");
    assert!(folder.ok("inspect other --schema").contains("c = \"number\""));
}
