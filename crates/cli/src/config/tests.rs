use std::fs;

use proptest::prelude::*;

use super::*;

/// The options of a command line, as they are recorded.
fn recorded(args: &[&str]) -> Result<Vec<OptionText>, CliError> {
    let args = ["densely", "train"].iter().chain(args).map(OsString::from);
    let (_, matches) = parse(args)?;
    options(&matches, &[], &[])
}

/// The options that a config with these is read as.
fn repeated(config: &str) -> Result<Vec<OptionText>, CliError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, config).unwrap();
    recorded(&["--config", path.to_str().unwrap()])
}

fn assert_repeats(args: &[&str]) {
    let first = recorded(args).unwrap_or_else(|error| panic!("{args:?}: {error}"));
    let config = write(&first);
    let again = repeated(&config).unwrap_or_else(|error| panic!("{args:?}: {error}\n{config}"));
    assert_eq!(first, again, "{args:?}\n{config}");
    assert_eq!(write(&again), config);
}

#[test]
fn every_text_of_an_option_is_read_as_it_was_given() {
    for target in [
        "007",
        "1e3",
        "+3",
        "-3",
        "true",
        "false",
        "inf",
        "nan",
        "1_000",
        "0x1f",
        "1.50",
        "",
        " ",
        "2020-01-01",
        "a\nb",
        "\u{1b}[2J",
        "\"",
        "'",
        "\\",
        "#",
        "a = 1",
        "=",
        "--seed=3",
        "länge",
        "9223372036854775808",
    ] {
        assert_repeats(&["t.csv", &format!("--target={target}"), &format!("--drop={target},x")]);
        let refused = ["", "-3", "--seed=3"];
        if !refused.contains(&target) {
            assert_repeats(&[target]);
        }
    }
    for option in [
        "--seed=9223372036854775808",
        "--seed=18446744073709551615",
        "--seed=007",
        "--learning-rate=1e-3",
        "--learning-rate=1E39",
        "--learning-rate=+.5",
        "--learning-rate=0.10",
        "--learning-rate=1",
        "--learning-rate=0.1000000000000000055511151231257827",
        "--momentum=0",
        "--hidden=5",
        "--hidden=05,4",
        "--hidden=none",
        "--nesterov",
        "--threads=1",
        "--preprocess=pca:0.9",
        "--preprocess=standardize,min-max(-1, 0.5),channel-mean(3, interleaved)",
        "--optimizer=adamw",
        "--max-norm=3",
        "--patience=7",
    ] {
        assert_repeats(&[option]);
    }
    assert_repeats(&["--", "-x.csv"]);
    assert_repeats(&[]);
}

#[test]
fn people_may_write_values_as_toml_has_them() {
    let written = "data = \"t.csv\"\ntarget = true\ndrop = [7, \"007\"]\nseed = 3\nepochs = 4\n\
                   learning-rate = 1e-3\nnesterov = true\nhidden = [5, 4]\n";
    let options = repeated(written).unwrap();
    for (name, value) in [
        ("data", "t.csv"),
        ("target", "true"),
        ("drop", "7,007"),
        ("seed", "3"),
        ("learning-rate", "0.001"),
        ("nesterov", "true"),
        ("hidden", "5,4"),
    ] {
        assert!(options.contains(&(name.to_owned(), value.to_owned())), "{name}: {options:?}");
    }
}

/// A comma may be in a name, and the option may be given again.
#[test]
fn names_are_written_as_in_a_table() {
    let dropped = |args: &[&str]| {
        let args = ["densely", "train", "t.csv"].iter().chain(args).map(OsString::from);
        let (cli, _) = parse(args).unwrap();
        let Command::Train(train) = cli.command else { panic!("this is another command") };
        train.columns.dropped().cloned().collect::<Vec<_>>()
    };
    for args in [
        &["--drop", "\"a, b\",c"][..],
        &["--drop", "\"a, b\" , c"],
        &["--drop", "\"a, b\"", "--drop=c"],
    ] {
        assert_eq!(dropped(args), ["a, b", "c"], "{args:?}");
        assert_repeats(&[&["t.csv"], args].concat());
    }
    assert_eq!(dropped(&["--drop", "\"say \"\"a\"\"\""]), ["say \"a\""]);
    assert_eq!(dropped(&["--drop", "a\nb,\"c\nd\""]), ["a\nb", "c\nd"]);
    assert_eq!(dropped(&["--drop", "6\" pipe,x"]), ["6\" pipe", "x"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    fs::write(&path, "data = \"t.csv\"\ndrop = [\"a, b\", 7, \"say \\\"a\\\"\"]\n").unwrap();
    let config = ["--config", path.to_str().unwrap()];
    assert_eq!(dropped(&config), ["a, b", "7", "say \"a\""]);
    assert_eq!(dropped(&[&config[..], &["--drop=x"]].concat()), ["x"]);
    fs::write(&path, "data = \"t.csv\"\ndrop = []\n").unwrap();
    assert_eq!(dropped(&config), [""; 0]);
}

/// What is told from data or from other options is recorded, too, unless it was asked for.
#[test]
fn defaults_are_recorded_whatever_they_depend_on() {
    let args = ["densely", "train", "t.csv", "--loss=huber"].map(OsString::from);
    let (_, matches) = parse(args).unwrap();
    let told = [("loss", "mse"), ("patience", "20"), ("target", "007"), ("learning-rate", "0.003")];
    let resolved = [("optimizer".to_owned(), "adam(beta2=0.5)".to_owned())];
    let told = told.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let options = options(&matches, &resolved, &told).unwrap();
    for (name, value) in [
        ("loss", "huber"),
        ("patience", "20"),
        ("target", "007"),
        ("learning-rate", "0.003"),
        ("optimizer", "adam(beta2=0.5)"),
    ] {
        assert!(options.contains(&(name.to_owned(), value.to_owned())), "{name}: {options:?}");
    }
    assert_eq!(repeated(&write(&options)).unwrap(), options);
    // Those that have no value stand for nothing: no limit, no other table.
    let recorded: Vec<_> = options.iter().map(|(name, _)| name.as_str()).collect();
    let missing: Vec<_> = known_options()
        .into_iter()
        .map(|option| option.name)
        .filter(|name| !recorded.contains(&name.as_str()))
        .collect();
    assert_eq!(
        missing,
        [
            "drop",
            "keep-column",
            "type",
            "schema",
            "separator",
            "header",
            "decimal",
            "missing",
            "sheet",
            "labels",
            "rare",
            "class-weights",
            "weight-column",
            "group",
            "split-by",
            "task",
            "test-data",
            "momentum",
            "weight-decay",
            "l1",
            "max-norm",
            "clip-norm",
            "memory"
        ]
    );
}

#[test]
fn what_goes_with_data_may_be_on_the_line_and_the_data_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    fs::write(&path, "data = \"t.csv\"\ntarget = \"a\"\n").unwrap();
    let path = path.to_str().unwrap();
    let options = recorded(&["--config", path, "--target", "b"]).unwrap();
    assert!(options.contains(&("data".to_owned(), "t.csv".to_owned())));
    assert!(options.contains(&("target".to_owned(), "b".to_owned())));
    let without = recorded(&["--target", "b"]);
    assert!(matches!(without, Err(CliError::Usage(_))), "{without:?}");
}

#[test]
fn data_are_found_from_another_folder() {
    let options = recorded(&["a/t.csv", "--test-data=/b.csv", "--target=c/d"]).unwrap();
    let whole = from_anywhere(&options);
    let here = std::env::current_dir().unwrap();
    let expected =
        [("data", here.join("a/t.csv")), ("test-data", "/b.csv".into()), ("target", "c/d".into())];
    for (name, text) in expected {
        let text = text.into_os_string().into_string().unwrap();
        assert!(whole.contains(&(name.to_owned(), text)), "{whole:?}");
    }
    assert_eq!(repeated(&write(&whole)).unwrap(), whole);
}

/// A config is text, and would name another file.
#[cfg(unix)]
#[test]
fn a_name_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStringExt;

    for option in [&b"t\xff.csv"[..], b"--test-data=t\xff.csv"] {
        let args = ["densely", "train", "t.csv"].map(OsString::from);
        let args = args.into_iter().take(if option[0] == b't' { 2 } else { 3 });
        let (_, matches) = parse(args.chain([OsString::from_vec(option.to_vec())])).unwrap();
        let error = options(&matches, &[], &[]).unwrap_err().to_string();
        assert!(error.starts_with("t\u{fffd}.csv: its name is not UTF-8"), "{error}");
    }
}

proptest! {
    #[test]
    fn any_names_and_numbers_are_read_as_they_were_given(
        target in "\\PC*|[-+]?[0-9._eE]{1,20}|[\\x01-\\x7f]*",
        drop in proptest::collection::vec("\\PC{0,9}|[0-9]+", 1..4),
        data in proptest::collection::vec("[^-\\x00]\\PC*", 1..4),
        seed: u64,
        rate in f64::MIN_POSITIVE..1e300,
        epochs in 1_usize..,
    ) {
        let options = [
            &format!("--target={target}"),
            &format!("--drop={}", drop.join(",")),
            &format!("--seed={seed}"),
            &format!("--learning-rate={rate}"),
            &format!("--warm-up={rate:e}"),
            &format!("--epochs={epochs}"),
        ];
        let data = data.iter().map(String::as_str);
        assert_repeats(&options.into_iter().map(String::as_str).chain(data).collect::<Vec<_>>());
    }
}

/// The options of the optimiser in a file are of no use to another.
#[test]
fn an_optimiser_on_the_line_replaces_that_of_the_file_with_its_options() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.toml");
    let text = "optimizer = \"adam\"\nlearning-rate = 0.003\nmomentum = 0.9\nepochs = 7\n";
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let options = recorded(&["--config", path, "--optimizer", "adagrad(0.5)"]).unwrap();
    let of =
        |name: &str| options.iter().find(|(option, _)| option == name).map(|(_, text)| &**text);
    assert_eq!((of("optimizer"), of("epochs")), (Some("adagrad(0.5)"), Some("7")));
    assert_eq!((of("learning-rate"), of("momentum")), (None, None));
    let options = recorded(&["--config", path, "--learning-rate", "0.1"]).unwrap();
    let rate = options.iter().find(|(option, _)| option == "learning-rate");
    assert_eq!(rate, Some(&("learning-rate".to_owned(), "0.1".to_owned())));
}
