//! Every mistake has a status and one clear sentence.

use crate::common::{Folder, flowers, parabola};

/// A folder with a table and a model.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    folder.ok("train flowers.csv --target kind --drop number --epochs 1 --hidden 2 --out model");
    folder
}

/// Runs, and checks the sentence. What failed may have been announced before.
fn check(folder: &Folder, status: i32, arguments: &str, sentence: &str) {
    let stderr = folder.fails(status, arguments);
    let last = stderr.trim_end().lines().last().unwrap_or_default();
    let message = if status == 1 { last } else { &stderr };
    assert!(message.starts_with("error: "), "densely {arguments}\n{message}");
    assert!(message.contains(sentence), "densely {arguments}\n{message}");
}

#[test]
fn wrong_usage() {
    let folder = folder();
    for (arguments, sentence) in [
        ("trian", "unrecognized subcommand 'trian'"),
        ("train --epoch 3", "unexpected argument '--epoch'"),
        ("train --epochs 0", "0 is not in 1.."),
        ("train --epochs -3", "'-3' for '--epochs <EPOCHS>': expected a whole number of at least"),
        ("train --seed -1", "'-1' for '--seed <SEED>': expected a whole number from 0 to 1844"),
        ("train --threads -1", "'-1' for '--threads <THREADS>': expected a whole number from 0"),
        ("train --batch-size -1", "expected a whole number of at least 1"),
        ("train --patience -1", "expected a whole number of at least 1"),
        ("gradcheck --seed -1", "expected a whole number from 0"),
        ("gradcheck --cases -1", "-1 is not in 1..="),
        ("notes --threads -1", "expected a whole number from 0"),
        ("train --batch-size none", "invalid value 'none'"),
        ("train --patience 0", "0 is not in 1.."),
        ("train --hidden 64,x", "expected widths of at least 1 as 64,64, or none; got \"x\""),
        ("train --hidden 0", "got \"0\""),
        ("train --hidden=", "expected widths of at least 1 as 64,64, or none; got nothing"),
        ("train --hidden 64,", "got nothing"),
        ("train --activation=", "\"\" cannot be read: it is empty, where a name is expected"),
        ("train --optimizer adamm", "unknown optimiser \"adamm\""),
        ("train --optimizer adam --nesterov", "--optimizer: adam has no option `nesterov`"),
        (
            "train --optimizer adagrad --momentum 0.5",
            "--optimizer: adagrad has no option `momentum`",
        ),
        ("train --optimizer adam(beta2=1)", "the beta2 of adam must be a number from 0 to less"),
        (
            "train --optimizer sgd(0.1) --learning-rate 0.2",
            "--learning-rate 0.2: --optimizer \"sgd(0.1)\" says the learning-rate, too: leave one of them out",
        ),
        (
            "train --optimizer max-norm(3,sgd) --max-norm 2",
            "--max-norm 2: --optimizer \"max-norm(3, sgd)\" says the max-norm, too",
        ),
        (
            "train --optimizer clip-norm(3,max-norm(2,sgd)) --clip-norm 2",
            "--clip-norm 2: --optimizer \"clip-norm(3, max-norm(2, sgd))\" says the clip-norm, too",
        ),
        (
            "train --schedule warm-up(2,cosine) --warm-up 3",
            "--warm-up 3: --schedule \"warm-up(2, cosine)\" says the warm-up, too",
        ),
        (
            "train --schedule warm-up(2,plateau)",
            "for one after a warm-up, give --schedule plateau and --warm-up EPOCHS; what may be in another are constant, \
             step, exponential, cosine, one-cycle, warm-up",
        ),
        (
            "tune --learning-rates 0.1..0.001",
            "must be written from the lower to the higher, as 0.001..0.1, got 0.1..0.001",
        ),
        (
            "tune --learning-rates 0..0.1",
            "must be above 0 in all of a range, as 0.001..0.1, got 0..0.1",
        ),
        ("tune --weight-decays 0..0.1", "as likely (or in a list, as 0,0.001,0.1), got 0..0.1"),
        ("tune --dropouts 0.1..1", "the dropouts must be from 0 to less than 1, got 0.1..1"),
        ("train --optimizer adam(epsilon=1e-60)", "must be from 1.175e-38 to 3.403e38, since the"),
        ("train --optimizer adagrad(initial-sum=1e39)", "the initial-sum of adagrad must be from"),
        ("train --schedule cosin", "unknown schedule \"cosin\""),
        (
            "train --schedule step:2:3",
            "the factor of step must be a number above 0 and at most 1, got 3",
        ),
        ("tune --trials 18446744073709551615", "expected a whole number from 1 to 100000"),
        ("train --warm-up=-1", "expected a number of at least 0"),
        ("train --l1=-1", "expected a number of at least 0"),
        ("train --clip-norm=-1", "expected a number of at least 0"),
        ("train --max-norm inf", "expected a number above 0"),
        (
            "train --activation relue",
            "unknown activation \"relue\" (did you mean relu?): choose one of relu, leaky-relu",
        ),
        (
            "train --activation maxout(0)",
            "the pieces of maxout must be a whole number of at least 1",
        ),
        ("train --activation relu,,tanh", "a name or a value is missing after `relu,`"),
        ("train --dropout 1", "expected a number from 0 to less than 1"),
        ("train --input-noise=-1", "expected a number of at least 0"),
        (
            "train --loss hing",
            "unknown loss \"hing\" (did you mean hinge?): choose one of softmax, svm, squared-svm",
        ),
        (
            "train --loss svm(squard)",
            "svm has no option `squard` (did you mean `squared`?): it takes margin, squared",
        ),
        (
            "train --loss squared-svm(squared)",
            "squared-svm is squared by its name: it takes margin",
        ),
        ("train --loss huber(1e-400)", "must be a number above 0, got 1e-400, which is 0 in f64"),
        (
            "train --activation maxout(99999999999999999999)",
            "got 99999999999999999999, which is more than 18446744073709551615",
        ),
        (
            "train --activation prelu(2)",
            "prelu can be `shared`, true or false, and not `2`: it takes shared",
        ),
        ("train --loss svm(a)", "the margin of svm must be a finite number of at least 0, got a"),
        ("train --loss huber(0)", "the delta of huber must be a number above 0, got 0"),
        (
            "train --loss softmax(1)",
            "the label-smoothing of softmax must be a number from 0 to less than 1",
        ),
        (
            "train --preprocess center,tsne",
            "unknown transformation \"tsne\": choose one of none, center, standardize, min-max",
        ),
        ("train --preprocess center,pca:1.5", "the components of pca must be all, a whole number"),
        ("train --preprocess pca:0", "or a share with a point, above 0 and at most 1.0, got 0"),
        ("train --preprocess none,pca:nan", "the components of pca must be all, a whole number"),
        ("train --preprocess channel-mean:0", "must be a whole number of at least 1, got 0"),
        ("train --preprocess channel-mean", "channel-mean needs its channels"),
        ("train --preprocess min-max:1:1", "the upper of min-max must be above its lower, 1"),
        ("train --preprocess center:1", "center has no place for `1`: it takes no options"),
        ("train --preprocess center,", "a name or a value is missing after `center,`"),
        ("train --schedule plateau:2.5", "the patience of plateau must be a whole number of at"),
        ("train --schedule exponential:2", "must be a number above 0 and at most 1, got 2"),
        ("train --schedule constant:1", "constant has no place for `1`: it takes no options"),
        ("train --activation tanh(1)", "tanh has no place for `1`: it takes no options"),
        ("train --loss mae(1)", "mae has no place for `1`: it takes no options"),
        ("train --weight-decay -1", "'-1' for '--weight-decay <STRENGTH>': expected a number of"),
        ("train --test -0.1", "'-0.1' for '--test <FRACTION>': expected a number from 0"),
        ("train --learning-rate 1e400", "expected a number above 0, and a finite one"),
        ("train --epochs 1.5", "'1.5' for '--epochs <EPOCHS>': expected a whole number"),
        ("train --seed -", "expected a whole number from 0 to 18446744073709551615"),
        ("train --threads 0.5", "'0.5' for '--threads <THREADS>': expected a whole number"),
        ("train --learning-rate 0", "expected a number above 0"),
        ("train --learning-rate nan", "expected a number above 0"),
        ("train --weight-decay=-1", "expected a number of at least 0"),
        ("train --momentum 1", "expected a number from 0 to less than 1"),
        ("train --test 1", "expected a number from 0 to less than 1"),
        ("train --validation inf", "expected a number from 0 to less than 1"),
        ("train --dtype f16", "possible values: f32, f64"),
        ("train --seed x", "invalid value 'x'"),
        ("train --target digit", "required arguments were not provided"),
        ("predict model", "required arguments were not provided"),
    ] {
        check(&folder, 2, arguments, sentence);
    }
    assert_eq!(folder.run("--help").status, 0);
    assert_eq!(folder.run("train --help").status, 0);
    assert!(folder.ok("--version").starts_with("densely "));
    assert_eq!(folder.run("").status, 2);
}

#[test]
fn errors_in_json() {
    let folder = folder();
    for (status, arguments, sentence) in [
        (1, "train none.csv --json", "none.csv: No such file"),
        (1, "train --learning-rate 1e30 --epochs 3 --json --out run", "training diverged"),
        (1, "evaluate none --json", "none: No such file"),
        (1, "inspect none --json", "none: No such file"),
        (2, "train --json --seed x", "invalid value 'x'"),
        (2, "train --learning-rat 1 --json", "unexpected argument '--learning-rat' found"),
        (2, "notes --list --json", "cannot be used with"),
        (2, "evaluate --json", "required arguments were not provided"),
        (2, "evaluate --json=yes run", "unexpected value 'yes' for '--json'"),
    ] {
        let outcome = folder.run(arguments);
        assert_eq!(outcome.status, status, "{arguments}");
        let last = outcome.stdout.lines().last().unwrap_or_default();
        let object: serde_json::Value = serde_json::from_str(last).expect(last);
        assert!(object["error"].as_str().unwrap().contains(sentence), "{arguments}: {object}");
        assert!(outcome.stderr.contains(sentence), "{arguments}: {}", outcome.stderr);
    }
    assert_eq!(folder.run("train --seed x -- --json").stdout, "");
    let missing = folder.run("evaluate --json").stdout;
    assert_eq!(
        missing,
        "{\"error\":\"the following required arguments were not provided: <MODEL>\"}\n"
    );
}

#[test]
fn configs() {
    let folder = folder();
    for (config, sentence) in [
        (
            "epoch = 3",
            "c.toml: unknown option \"epoch\" (did you mean epochs?); there are data, target, drop",
        ),
        ("force = true", "unknown option \"force\""),
        ("epochs = 0", "0 is not in 1.."),
        ("epochs = 0", "c.toml: invalid value '0' for '--epochs <EPOCHS>'"),
        ("optimizer = \"adamm\"", "c.toml: invalid value 'adamm' for '--optimizer <OPTIMIZER>'"),
        ("preprocess = \"pca:0\"", "c.toml: invalid value 'pca:0' for '--preprocess <METHODS>'"),
        ("[epochs]", "\"epochs\" cannot be a table"),
        ("epochs 3", "c.toml: line 1, column 8: "),
        ("seed = 1\nepochs = 3\nhidden = [64", "c.toml: line 3, column 1"),
        ("hidden = \"\"", "got nothing"),
        ("seed = -1", "c.toml: invalid value '-1' for '--seed <SEED>'"),
        (&format!("activation = \"{}\"", "x".repeat(6_000_000)), "c.toml: invalid value 'xxx"),
        (&format!("{} = 3", "x".repeat(6_000_000)), "c.toml: unknown option \"xxx"),
    ] {
        folder.write("c.toml", config);
        check(&folder, 2, "train --config c.toml", sentence);
        assert!(folder.run("train --config c.toml").stderr.len() < 2000);
    }
    check(&folder, 1, "train --config none.toml", "none.toml: No such file");
}

#[test]
fn tables() {
    let folder = folder();
    let long = |cell: &str| {
        let rows: String = (0..40).map(|i| format!("{i},{}\n", ["a", "b"][i % 2])).collect();
        format!("x,y\n{rows}{cell},a\n")
    };
    for (text, sentence) in [
        ("", "the table is empty"),
        ("x,y\n", "a header but no row of data"),
        ("x,y\n1,2\n3\n", "line 3"),
        ("x,x\n1,2\n", "`x`"),
        ("x,y\n1,\"2\n", "quote"),
        (
            &long("12a"),
            "column `x`: `12a` in row 41 (line 42): expected numbers; correct the cells",
        ),
        (&long("inf"), "column `x`: `inf` in row 41 (line 42): expected finite numbers"),
        ("x,y\n1,a\n2,a\n", "at least two classes"),
        ("x,y\n1,\n2,NA\n", "target `y`: no row has a value"),
        (
            &("x,y\n".to_owned() + &"1,0.5\n1,2\n".repeat(10)),
            "no feature is left: x: number, left out: it is always `1`",
        ),
        ("x,y\n1,a\n2,b\n", "examples"),
        ("x\n1\n2\n", "feature"),
    ] {
        folder.write("t.csv", text);
        check(&folder, 1, "train t.csv", "t.csv: ");
        check(&folder, 1, "train t.csv", sentence);
    }
    folder.write("bytes.csv", [b'x', b'\n', 0xff, b'\n']);
    check(&folder, 1, "train bytes.csv", "bytes.csv: ");
    check(&folder, 1, "train missing.csv", "missing.csv: No such file");
    check(&folder, 1, "train model", "of images");
    let target = "train flowers.csv --target";
    check(&folder, 1, &format!("{target} kin"), "did you mean `kind`?");
    check(&folder, 1, &format!("{target} kind --drop kind"), "`kind`");
    check(&folder, 1, &format!("{target} kind --drop colour"), "`colour`");
    check(&folder, 1, &format!("{target} kind --task regress"), "`rose` in row ");
    check(
        &folder,
        1,
        &format!("{target} kind --loss mse"),
        "must be real values, but they are classes",
    );
    check(
        &folder,
        1,
        &format!("{target} height --drop kind --loss svm"),
        "the targets must be classes",
    );
    check(
        &folder,
        1,
        &format!("{target} kind --drop number --preprocess pca:3"),
        "3 components were asked for",
    );
    check(&folder, 1, &format!("{target} kind --test 0.001"), "flowers.csv: ");
    check(&folder, 1, &format!("{target} kind --validation 0 --patience 3"), "patience");
    check(&folder, 1, &format!("{target} kind --validation 0 --schedule plateau"), "plateau");
    let no_test = format!("{target} kind --test 0");
    for (arguments, sentence) in [
        ("--validation 0.001", "--validation 0.001: flowers.csv: holding out"),
        ("--validation 0.001", "choose a larger --validation, or --validation 0 for no such part"),
        ("--validation 0.999", "choose a smaller --validation"),
        ("--validation 0 --patience 3", "--patience 3 --validation 0: the patience must be left"),
        ("--validation 0 --schedule plateau", "--schedule plateau --validation 0: "),
        ("--loss mse", "--loss mse: the targets must be"),
        ("--loss hinge", "choose softmax, svm, squared-svm or crammer-singer for more"),
        ("--drop number --preprocess pca:3", "--preprocess pca(3): 3 components"),
        ("--preprocess channel-mean:2", "--preprocess channel-mean(2): 3 features are no whole"),
        ("--hidden 3 --activation relu,tanh", "--hidden 3 --activation relu,tanh: Mlp: expected 1"),
        ("--threads 100000", "--threads 100000: threads cannot be started"),
    ] {
        check(&folder, 1, &format!("{no_test} {arguments}"), sentence);
    }
    // Too few rows for the default parts: the option is named, and with it they can be learnt.
    folder.write("two.csv", "x,y\n1,0.5\n2,1.5\n");
    check(&folder, 1, "train two.csv", "choose a larger --test, or --test 0 for no such part");
    check(&folder, 1, "train two.csv --test 0", "or --validation 0 for no such part");
    folder.ok("train two.csv --test 0 --validation 0 --epochs 1");
    folder.write("other.csv", "height,number,kind,width\n1,2,lily,3\n");
    check(&folder, 1, &format!("{target} kind --test-data other.csv"), "other.csv: ");
    check(&folder, 1, &format!("{target} kind --test-data other.csv"), "`lily`");
}

#[test]
fn a_training_that_diverges_says_so_and_saves_nothing() {
    let folder = folder();
    check(
        &folder,
        1,
        "train flowers.csv --target height --drop kind --learning-rate 1e30",
        "training diverged; lower the learning rate (it is 1e30)",
    );
    assert!(!folder.path().join("runs/flowers/model.safetensors").exists());
}

#[test]
fn models() {
    let folder = folder();
    let model = std::fs::read(folder.path().join("model/model.safetensors")).unwrap();
    folder.write("cut.safetensors", &model[..model.len() - 5]);
    let mut damaged = model.clone();
    *damaged.last_mut().unwrap() ^= 1;
    folder.write("damaged.safetensors", damaged);
    for command in ["predict", "evaluate"] {
        for (model, sentence) in [
            ("none", "none: No such file"),
            ("flowers.csv", "flowers.csv: this is no safetensors file, or it is truncated"),
            ("cut.safetensors", "cut.safetensors: this is no safetensors file, or it is truncated"),
            ("damaged.safetensors", "damaged.safetensors: the file is damaged"),
            (".", "model.safetensors: No such file"),
        ] {
            check(&folder, 1, &format!("{command} {model} flowers.csv"), sentence);
            check(&folder, 1, &format!("inspect {model}"), sentence);
        }
        check(&folder, 1, &format!("{command} model none.csv"), "none.csv: No such file");
        folder.write("no-width.csv", "height,kind\n1,rose\n");
        check(&folder, 1, &format!("{command} model no-width.csv"), "`width`");
        folder.write("text.csv", "height,width,kind\n1,wide,rose\n");
        check(
            &folder,
            1,
            &format!("{command} model text.csv"),
            "column `width`: `wide` in row 1 (line 2): expected numbers",
        );
    }
    folder.write("lily.csv", "height,width,kind\n1,2,lily\n");
    check(&folder, 1, "evaluate model lily.csv", "`lily`");
    folder.write("no-kind.csv", "height,width\n1,2\n");
    check(&folder, 1, "evaluate model no-kind.csv", "`kind`");
    check(&folder, 1, "predict model flowers.csv -o no/such/folder.csv", "no/such/folder.csv: ");
    folder.ok("train flowers.csv --target kind --loss svm --epochs 1 --out svm");
    check(&folder, 1, "predict svm flowers.csv --proba", "this model's loss is svm");
    folder.ok("train flowers.csv --target height --drop kind --epochs 1 --out numbers");
    let none = "--proba: the model predicts numbers, which have no probabilities: leave it out";
    check(&folder, 1, "predict numbers flowers.csv --proba", none);
    let train = "train flowers.csv --target kind --hidden 3,4,5 --activation relu,tanh";
    check(&folder, 1, train, "Mlp: expected 3 activations, got 2");
    for loss in ["logistic", "hinge", "squared-hinge"] {
        let train = format!("train flowers.csv --target kind --loss {loss} --epochs 1");
        check(&folder, 1, &train, &format!("{loss}: expected 2 classes, got 3"));
    }
}

/// What no machine has room for is refused before anything is written.
#[test]
fn sizes_that_are_too_large() {
    let folder = folder();
    for (arguments, sentence) in [
        ("--hidden 1000000000000", "the network would have 6.0e12 parameters"),
        ("--hidden 1000000000000", "takes whole lines of 64 bytes, and its gradient as much"),
        (
            "--activation maxout(18446744073709551615)",
            "would have 3.5e21 parameters, which take 2.8",
        ),
        ("--hidden 18446744073709551615,2", "more than there is memory: make its layers narrower"),
        ("--hidden 2 --activation maxout(1000000000000000)", "the network would have"),
        ("--threads 100000", "100000 threads are more than the 1024 there may be"),
        ("--preprocess pca:18446744073709551615", "components were asked for"),
    ] {
        let train = "train flowers.csv --target kind --drop number --out new";
        check(&folder, 1, &format!("{train} {arguments}"), sentence);
    }
}

/// What `f64` holds and the type of the network does not.
#[test]
fn options_beyond_the_numbers_of_the_network() {
    let folder = folder();
    folder.write("y.csv", parabola());
    let small = "(at least 1.175e-38, or 0): choose a larger one, or train in f64 (--dtype f64)";
    let large = "(at most 3.403e38): choose a smaller one, or train in f64 (--dtype f64)";
    for (arguments, sentence) in [
        ("y.csv --activation elu(1e39)", format!("elu(1e39): 1e39 is too large for f32 {large}")),
        ("y.csv --activation leaky-relu(1e300)", format!("1e300 is too large for f32 {large}")),
        (
            "flowers.csv --target kind --loss svm(1e300)",
            format!("1e300 is too large for f32 {large}"),
        ),
        (
            "y.csv --activation elu(1e30)",
            "elu(1e30): 1e30 is too large for sums of its squares in f32 (at most 1.845e15)"
                .to_owned(),
        ),
        (
            "flowers.csv --target kind --loss svm(2e38,true)",
            "2e38 is too large for sums of its squares in f32".to_owned(),
        ),
        ("y.csv --loss huber(1e-50)", format!("huber(1e-50): 1e-50 is too small for f32 {small}")),
        ("y.csv --loss huber(1e-44)", format!("huber(1e-44): 1e-44 is too small for f32 {small}")),
        ("y.csv --max-norm 1e-50", format!("the max norm: 1e-50 is too small for f32 {small}")),
        (
            "y.csv --weight-decay 1e39",
            format!("the weight decay: 1e39 is too large for f32 {large}"),
        ),
        ("y.csv --l1 1e39", format!("the L1 penalty: 1e39 is too large for f32 {large}")),
    ] {
        check(&folder, 1, &format!("train {arguments} --out o"), &sentence);
        assert!(!folder.path().join("o").exists(), "{arguments}");
    }
    folder.ok("train y.csv --loss huber(1e-50) --dtype f64 --epochs 1");
}

/// What is said to be wrong is so, and what is advised helps.
#[test]
#[cfg(unix)]
fn reasons_are_true() {
    let folder = folder();
    let unnamed = folder.shell("densely train flowers.csv --target ''");
    assert!(
        unnamed.status == 2 && unnamed.stderr.contains("--target: it names no column"),
        "{}",
        unnamed.stderr
    );
    // Options for text are for text.
    folder.ok("train flowers.csv --epochs 1 --out run");
    folder.write("other.csv", "z\n1.5\n2.25\n0.5\n");
    folder.ok("preprocess other.csv --preprocess none -o other.parquet");
    for (file, is_text) in [("other.csv", true), ("other.parquet", false)] {
        let error = folder.fails(1, &format!("predict run {file}"));
        assert!(error.contains("columns missing from the table"), "{error}");
        assert_eq!(error.contains("--separator"), is_text, "{error}");
    }
    // What no file has room for is said before an epoch is made.
    let many = vec!["standardize"; 2100].join(",");
    let outcome = folder.run(&format!(
        "train flowers.csv --preprocess {many} --epochs 3 --out many --progress plain"
    ));
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("may list 2000") && !outcome.stderr.contains("epoch 1"),
        "{}",
        outcome.stderr
    );
    assert!(!folder.path().join("many/model.safetensors").exists());
}

#[test]
fn words_in_a_target_of_numbers_are_not_to_be_left_out_with_it() {
    let folder = Folder::new();
    let row = |i: usize| match i % 20 {
        3 => format!("{i},unknown\n"),
        _ => format!("{i},{}.5\n", i * 7 % 61),
    };
    folder.write("t.csv", "a,y\n".to_owned() + &(0..100).map(row).collect::<String>());
    for options in ["", " --memory 200M"] {
        let message = folder.fails(1, &format!("train t.csv --epochs 1{options}"));
        assert_eq!(
            message,
            "error: t.csv: column `y`: 5 cells of 100, `unknown` in row 4 (line 5), `unknown` in row 24 (line 25), `unknown` \
             in row 44 (line 45), ...: expected numbers, which are to be predicted; correct the cells, or name them as gaps \
             (--missing 'y=WORD'; of train, also --task classify for classes)\n"
        );
    }
    folder.ok("train t.csv --epochs 1 --missing y=unknown --out run");
}

#[test]
fn weights_near_nothing_are_named_as_what_they_are() {
    let folder = Folder::new();
    let row = |i: usize| format!("{},{}.5,{}\n", i % 7, i * 7 % 61, ["0", "5e-324"][i % 2]);
    folder.write("t.csv", "a,y,w\n".to_owned() + &(0..100).map(row).collect::<String>());
    let message = folder.fails(1, "train t.csv --weight-column w --epochs 1");
    assert!(
        message.starts_with("error: t.csv: column `w`: the weights are as near to 0"),
        "{message}"
    );
}

#[test]
fn a_file_that_has_changed_is_not_that_of_the_training() {
    let folder = Folder::new();
    folder.write("t.csv", parabola());
    folder.ok("train t.csv --epochs 1 --out run");
    folder.write("t.csv", parabola() + "1,2,3.5\n");
    let said = folder.run("evaluate run t.csv").stderr;
    assert!(
        said.contains("was trained on t.csv, as it was before it was changed: which of these rows"),
        "{said}"
    );
    assert!(!said.contains("without DATA"), "{said}");
    folder.fails(1, "evaluate run");
}

#[test]
fn a_file_without_a_header_needs_one_for_a_model_with_names() {
    let folder = Folder::new();
    folder.write("t.csv", parabola());
    folder.ok("train t.csv --epochs 1 --out run");
    folder.write("new.csv", "1.5,2.5\n2.5,0.5\n1.5,0.5\n");
    for options in ["", " --header no"] {
        let message = folder.fails(1, &format!("predict run new.csv{options}"));
        assert!(message.contains("(if the table has no header, write one above it;"), "{message}");
        assert!(!message.contains("--header no"), "{message}");
    }
    // Nor is a column another that has its own name.
    folder.write("pets.csv", parabola().replacen("a,b,y", "act,cat,y", 1));
    folder.ok("train pets.csv --epochs 1 --out pets");
    for (header, said) in [("act,cta", "`cat` (is the first `cta`?); its"), ("act,z", "`cat`; its")]
    {
        folder.write("new.csv", format!("{header}\n1.5,2.5\n"));
        let message = folder.fails(1, "predict pets new.csv");
        assert!(message.contains(&format!("missing from the table: {said}")), "{message}");
    }
}

#[test]
fn what_is_advised_is_as_it_has_to_be_written() {
    let folder = Folder::new();
    let row = |i: usize| {
        format!(
            "{},{}-{:02},{},{}.5,\n",
            10_000_000_000_000_000_u64 + 3 * i as u64,
            2022 + i % 24 / 12,
            i % 12 + 1,
            i % 9,
            i % 13
        )
    };
    folder.write("t.csv", "code,month,a,y,\n".to_owned() + &(0..60).map(row).collect::<String>());
    let mut command = folder.command("train t.csv --epochs 1 --target y --out");
    let said = String::from_utf8(command.arg("my run").output().unwrap().stderr).unwrap();
    assert!(said.contains("say that the column is of numbers (--type 'code=number')"), "{said}");
    assert!(said.contains("month is left out: its cells are months such as `2022-01`: write them with a day, as 2022-01-01"), "{said}");
    // A separator at the end of each line is no column.
    assert!(!said.contains("column 5"), "{said}");
    assert!(said.contains("densely predict 'my run' DATA.csv"), "{said}");
    let message = folder.fails(2, "train t.csv --shards 3");
    assert!(
        message.contains("--shards")
            && message.contains("expected a power of two, as 1, 2 or 4, at most 1024"),
        "{message}"
    );
}

#[test]
fn a_checkpoint_that_was_cut_is_damaged() {
    let folder = Folder::new();
    folder.write("t.csv", parabola());
    folder.ok("train t.csv --epochs 3 --out run");
    let checkpoint = folder.path().join("run/checkpoint.safetensors");
    std::fs::write(&checkpoint, &[8; 1000][..]).unwrap();
    let message = folder.fails(1, "train --resume --out run");
    assert!(
        message.contains("checkpoint.safetensors: it is no checkpoint, as one that was cut; the run can be repeated"),
        "{message}"
    );
}

/// Nobody knows where it came from.
#[test]
fn a_run_on_standard_input_says_that_it_wants_it_again() {
    let folder = folder();
    folder.shell("densely train - --target kind --epochs 1 --out piped <flowers.csv");
    let line = "densely train --resume --out piped --epochs 2";
    let told = "-: the run goes on with what it has read from standard input, which is wanted there again\n";
    let without = folder.shell(&format!("{line} </dev/null")).stderr;
    assert!(without.starts_with(told) && without.contains("the table is empty"), "{without}");
    let with = folder.shell(&format!("{line} <flowers.csv"));
    assert!(with.status == 0 && with.stderr.starts_with(told), "{}", with.stderr);
}
