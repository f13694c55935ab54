//! Model files: what goes in comes out, and what is not one is refused.

use std::fs;
use std::path::PathBuf;

use densely_data::Dataset;
use densely_formats::{AnyModel, FormatError, ModelFile, Provenance, weights_hash};
use densely_layers::{Kind, Layer, LayerKinds};
use densely_models::{Mlp, Prediction, Predictor, Preparation};
use densely_preprocess::Transform;
use densely_table::{
    ColumnSchema, Encoding, EncodingOptions, Missing, Rows, Schema, SchemaOptions, Table,
    TargetColumns, TextOptions,
};
use densely_tensor::{Mat, MatRef, Scalar, Threads, mat};
use tempfile::TempDir;

fn x() -> Mat<f64> {
    Mat::from_fn(3, 20, |i, j| ((3 * i + 7 * j * j + i * j) % 11) as f64 / 3.0)
}

fn classes() -> Dataset<f64> {
    let labels = (0..20).map(|j| j % 3).collect();
    Dataset::classification(x(), labels, 3)
        .and_then(|data| data.with_feature_names(["länge", "a \"b\"", "c,d"]))
        .and_then(|data| data.with_output_names(["Adelie", "Gentoo", "Chinstrap"]))
        .unwrap()
        .with_target_name("species")
}

fn values() -> Dataset<f64> {
    Dataset::regression(x(), Mat::from_fn(1, 20, |_, j| 100.0 + (j * j) as f64)).unwrap()
}

fn file<T: Scalar>(data: &Dataset<f64>, kinds: &str, hidden: &[usize]) -> ModelFile<T> {
    let preparation = Preparation::fit(Kind::list(kinds).unwrap(), data).unwrap();
    let inputs = preparation.pipeline().out_features();
    let spec = match data.labels() {
        Some(_) => Mlp::classifier(inputs, 3).loss("svm"),
        None => Mlp::regressor(inputs, 1),
    };
    let spec = spec.hidden(hidden).activation("tanh").seed(u64::MAX);
    let mut predictor = Predictor::new(preparation, spec).unwrap();
    predictor.model_mut().network_mut().visit_params_mut(&mut |param| {
        param.value[(0, 0)] += T::from_f64(0.1);
    });
    let provenance = Provenance {
        program: "densely 0.0.0".into(),
        data: "a table".into(),
        options: [("epochs".into(), "3".into())].into(),
        results: [("test_loss".into(), "0.1".into())].into(),
    };
    ModelFile { predictor, provenance }
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    /// What the program would say about a file of these bytes.
    fn error(&self, bytes: &[u8]) -> String {
        let path = self.path("broken");
        fs::write(&path, bytes).unwrap();
        let message = AnyModel::load(&path).unwrap_err().to_string();
        message.replace(&path.display().to_string(), "broken")
    }
}

trait Number: Scalar {
    fn take(file: AnyModel) -> Option<ModelFile<Self>>;
}
impl Number for f32 {
    fn take(file: AnyModel) -> Option<ModelFile<Self>> {
        match file {
            AnyModel::F32(file) => Some(file),
            AnyModel::F64(_) => None,
        }
    }
}
impl Number for f64 {
    fn take(file: AnyModel) -> Option<ModelFile<Self>> {
        match file {
            AnyModel::F32(_) => None,
            AnyModel::F64(file) => Some(file),
        }
    }
}

fn comes_back<T: Number>(saved: &ModelFile<T>) {
    comes_back_of(saved, x().as_ref());
}

/// What an older version wrote.
fn in_f32(bytes: &[u8]) -> ModelFile<f32> {
    let folder = Folder::new();
    let path = folder.path("old");
    fs::write(&path, bytes).unwrap();
    let AnyModel::F32(file) = AnyModel::load(&path).unwrap() else { panic!("it is in f32") };
    file
}

/// Whether each example has these probabilities, of each class.
fn has_probabilities<const K: usize>(
    file: &ModelFile<f32>,
    x: MatRef<'_, f64>,
    expected: &[[f64; K]],
) {
    let probabilities = file.predictor.probabilities(x, &Threads::single()).unwrap().unwrap();
    assert_eq!((probabilities.nrows(), probabilities.ncols()), (K, expected.len()));
    for (j, expected) in expected.iter().enumerate() {
        for (k, expected) in expected.iter().enumerate() {
            let error = f64::from(probabilities[(k, j)]) - expected;
            assert!(error.abs() < 1e-6, "{j}, {k}: off by {error:e}");
        }
    }
}

/// Whether it is the same then, and predicts the same.
fn comes_back_of<T: Number>(saved: &ModelFile<T>, x: MatRef<'_, f64>) {
    let folder = Folder::new();
    let path = folder.path("model.safetensors");
    saved.save(&path).unwrap();
    let loaded = T::take(AnyModel::load(&path).unwrap()).expect("the number type is kept");
    assert_eq!(loaded.provenance, saved.provenance);
    assert_eq!(loaded.predictor.preparation(), saved.predictor.preparation());
    let (ours, theirs) = (loaded.predictor.model(), saved.predictor.model());
    assert_eq!(ours.network().kinds(), theirs.network().kinds());
    assert_eq!(ours.loss().kind(), theirs.loss().kind());
    assert_eq!(weights_hash(loaded.predictor.model()), weights_hash(saved.predictor.model()));
    let threads = Threads::single();
    let (ours, theirs) = (&loaded.predictor, &saved.predictor);
    assert_eq!(ours.predict(x, &threads).unwrap(), theirs.predict(x, &threads).unwrap());
    // The same model gives the same bytes.
    let again = folder.path("again.safetensors");
    loaded.save(&again).unwrap();
    assert_eq!(fs::read(path).unwrap(), fs::read(again).unwrap());
}

#[test]
fn features_that_were_constant_come_back() {
    let x = Mat::from_fn(3, 20, |i, j| if i == 1 { 0.1 + 0.2 } else { x()[(i, j)] });
    let data = Dataset::classification(x, (0..20).map(|j| j % 3).collect(), 3).unwrap();
    for method in ["none", "center", "standardize", "min-max", "pca", "standardize,zca"] {
        let saved = file::<f32>(&data, method, &[4]);
        assert_eq!(saved.predictor.preparation().constants(), [(1, 0.1 + 0.2)], "{method}");
        comes_back(&saved);
    }
}

/// Parameters that are not those of a fully-connected layer, and every option.
#[test]
fn every_description_comes_back_as_it_was() {
    let data = classes();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let plain = || Mlp::classifier(3, 3).hidden([4, 5]);
    let names = LayerKinds::<f64>::new().activation_names();
    let mut specs: Vec<Mlp> =
        names.into_iter().map(|activation| plain().activation(activation)).collect();
    let slope = Kind::new("leaky-relu").with(0.1 + 0.2);
    let pieces = Kind::new("maxout").with(3);
    let alpha = Kind::new("elu").with(-1e-300);
    specs.extend([
        plain().activations([slope, pieces]),
        plain().activations(["prelu", "shared-prelu"]),
        plain().activations([alpha, Kind::new("prelu")]).dropout(0.1 + 0.2).input_noise(1e-9),
        plain().dropout(0.5).activation("prelu"),
        Mlp::classifier(3, 3).activations([""; 0]).input_noise(3.0),
        plain().loss("softmax(0.1)"),
    ]);
    for spec in specs {
        let mut predictor = Predictor::<f32>::new(preparation.clone(), spec).unwrap();
        let mut shift = 0.1;
        predictor.model_mut().network_mut().visit_params_mut(&mut |param| {
            let last = param.value.nrows() - 1;
            param.value[(last, 0)] += shift;
            shift += 0.1;
        });
        comes_back(&ModelFile { predictor, provenance: Provenance::default() });
    }
}

/// Written by the first version of this crate.
#[test]
fn a_file_of_version_1_is_read() {
    let bytes = include_bytes!("../data/version-1.safetensors");
    let file = in_f32(bytes);
    let spec = Mlp::classifier(3, 3).loss("svm").hidden([4, 2]).activation("leaky-relu").seed(7);
    let network = file.predictor.model().network();
    assert_eq!(network.kinds(), spec.layers().unwrap());
    assert_eq!(
        weights_hash(file.predictor.model()),
        "7faf12b7a1a0da32fdc9bf4cb5a9c526befa33aed87aaa3cd9df30702194b79b"
    );
    // Descriptions give the same weights as then.
    assert_eq!(weights_hash(&spec.build::<f32>().unwrap()), weights_hash(file.predictor.model()));
    let classes = file.predictor.predict(x().as_ref(), &Threads::single()).unwrap();
    let expected = vec![1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1];
    assert_eq!(classes, Prediction::Classes(expected));
    comes_back(&file);
    // What it says is protected by its hash like that of any other version.
    let text = bytes.windows(10).position(|window| window == b"leaky-relu").unwrap();
    let mut changed = bytes.to_vec();
    changed[text..text + 10].copy_from_slice(b"      relu");
    assert!(Folder::new().error(&changed).contains("the file is damaged"));
}

/// With what version 1 had not: an activation for each layer, options of it and of the loss, dropout, noise.
#[test]
fn a_file_of_version_2_predicts_what_it_did() {
    let file = in_f32(include_bytes!("../data/version-2.safetensors"));
    let model = file.predictor.model();
    let layers = "input-noise(0.2), linear(4), leaky-relu(0.2), dropout(0.1), \
                  linear(3), tanh, dropout(0.1), linear(3)";
    assert_eq!(model.network().kinds(), Kind::list(layers).unwrap());
    assert_eq!(model.loss().kind(), Kind::new("softmax").with(0.1));
    let x = mat![[1.25, -1.5, 0.1], [4.5, 7.25, 5.0], [-0.5, 0.75, 2.5]];
    let expected = [
        [0.004_574_781_7, 0.096_575_63, 0.898_849_55],
        [0.780_780_43, 0.215_843_38, 0.003_376_126_5],
        [0.004_576_399_5, 0.096_609_4, 0.898_814_2],
    ];
    has_probabilities(&file, x.as_ref(), &expected);
    comes_back_of(&file, x.as_ref());
}

/// Written by version 0.1.0 of the program as of format 3, with what it predicted.
#[test]
fn a_file_of_version_3_predicts_what_it_did() {
    let file = in_f32(include_bytes!("../data/version-3.safetensors"));
    assert_eq!(
        weights_hash(file.predictor.model()),
        "c712631c24d7e26cd1cbefa8c707a077d72b7892311b953feb1beeab759ec2bf"
    );
    let x = mat![
        [1.288, -0.765, -1.022, 0.133, 0.005, 0.538],
        [1.449, -1.092, -1.437, 0.546, -0.065, 0.321],
        [0.066, 0.031, 0.199, -0.914, -1.506, 2.389],
    ];
    let expected = [
        0.233_740_557,
        -1.722_902_524,
        -1.958_178_778,
        0.027_537_522,
        -1.075_526_482,
        0.837_341_568,
    ];
    let prediction = file.predictor.predict(x.as_ref(), &Threads::single()).unwrap();
    let Prediction::Values(values) = prediction else { panic!("it predicts numbers") };
    for (j, expected) in expected.into_iter().enumerate() {
        let error: f64 = values[(0, j)] - expected;
        assert!(error.abs() < 1e-6, "{j}: {} is off by {error:e}", values[(0, j)]);
    }
    assert!(file.predictor.preparation().constants().is_empty());
    comes_back(&file);
}

/// The last version that describes a perceptron: with an option of every kind.
#[test]
fn a_file_of_version_4_predicts_what_it_did() {
    let file = in_f32(include_bytes!("../data/version-4.safetensors"));
    let model = file.predictor.model();
    let hash = "a73b8a45cbbfb0112823faf406df73539140c726361294539859407ad596847b";
    assert_eq!(weights_hash(model), hash);
    let layers = "input-noise(0.2), linear(4), leaky-relu(0.2), dropout(0.1), \
                  linear(3), shared-prelu, dropout(0.1), linear(3)";
    assert_eq!(model.network().kinds(), Kind::list(layers).unwrap());
    assert_eq!(model.loss().kind(), Kind::new("softmax").with(0.1));
    let x = mat![[-4.717, -2.101, 5.561], [0.387, 5.260, -7.703], [-2.166, -3.465, 2.736]];
    let expected = [
        [0.277_189_97, 0.375_335_1, 0.347_474_96],
        [0.310_890_44, 0.350_351_87, 0.338_757_72],
        [0.302_465_53, 0.349_979_34, 0.347_555_1],
    ];
    has_probabilities(&file, x.as_ref(), &expected);
    comes_back(&file);
}

/// The last version in which some options of transformations are tensors: with each kind.
#[test]
fn a_file_of_version_5_predicts_what_it_did() {
    let folder = Folder::new();
    let path = folder.path("old");
    fs::write(&path, include_bytes!("../data/version-5.safetensors")).unwrap();
    let AnyModel::F64(file) = AnyModel::load(&path).unwrap() else { panic!("it is in f64") };
    let hash = "75d5e3945bebfcf4db1bc880e6e56f2534850731b491ac4fbfeda02705a8bd0c";
    assert_eq!(weights_hash(file.predictor.model()), hash);
    let preparation = file.predictor.preparation();
    assert_eq!(
        preparation.pipeline().to_string(),
        "standardize,center,none,channel-mean(5),zca(4, 0.5),pca(4),channel-mean(2, interleaved),\
         mean-image,min-max(-1, 2.5),whiten(3, 0.25)"
    );
    assert_eq!(preparation.constants(), [(4, 0.1 + 0.2)]);
    let x = mat![
        [-4.717, -2.101, 5.561],
        [0.387, 5.260, -7.703],
        [-2.166, -3.465, 2.736],
        [1.0, 2.0, 3.0],
        [9.0, 0.3, -1.0],
    ];
    let expected = [105.669_477_376_888_88, 106.327_361_364_515_78, 109.306_166_925_264_8];
    let prediction = file.predictor.predict(x.as_ref(), &Threads::single()).unwrap();
    let Prediction::Values(values) = prediction else { panic!("it predicts numbers") };
    for (j, expected) in expected.into_iter().enumerate() {
        let error: f64 = values[(0, j)] - expected;
        assert!(error.abs() < 1e-11, "{j}: {} is off by {error:e}", values[(0, j)]);
    }
    comes_back_of(&file, x.as_ref());
}

/// The last version that knows nothing of tables: its features are numbers without gaps.
#[test]
fn a_file_of_version_6_predicts_what_it_did() {
    let file = in_f32(include_bytes!("../data/version-6.safetensors"));
    let preparation = file.predictor.preparation();
    assert_eq!(preparation.encoding(), &Encoding::of_numbers(["a", "b", "c"]));
    assert_eq!(preparation.constants(), [(2, 7.0)]);
    let table = |text: &str| Table::from_reader(text.as_bytes()).unwrap();
    let rows = table("c,b,a\n7,30,0.25\n9,80,0.75\n7,55.5,0.5\n");
    let x = preparation.features(&Rows::all(&rows)).unwrap();
    let expected = [0.612_317_086_814_369_2, 0.571_686_217_733_274, 0.572_160_217_022_284_1];
    let prediction = file.predictor.predict(x.as_ref(), &Threads::single()).unwrap();
    let Prediction::Values(values) = prediction else { panic!("it predicts numbers") };
    for (j, expected) in expected.into_iter().enumerate() {
        let error: f64 = values[(0, j)] - expected;
        assert!(error.abs() < 1e-6, "{j}: {} is off by {error:e}", values[(0, j)]);
    }
    let gap = table("a,b,c\n0.25,,7\n");
    let error = preparation.features(&Rows::all(&gap)).unwrap_err().to_string();
    assert!(error.contains("knows nothing of gaps"), "{error}");
    comes_back_of(&file, x.as_ref());
}

/// The first version with the columns of a table: numbers, truth values, texts and times with gaps, and others.
#[test]
fn a_file_of_version_7_predicts_what_it_did() {
    let file = in_f32(include_bytes!("../data/version-7.safetensors"));
    let preparation = file.predictor.preparation();
    let names = [
        "size",
        "size is missing",
        "kind = apple",
        "kind = fig",
        "kind = pear",
        "kind is another",
        "kind is missing",
        "on",
        "day: month",
        "day: weekday",
        "day: seconds",
        "day is missing",
    ];
    assert_eq!(preparation.feature_names(), names);
    assert_eq!(preparation.class_names().unwrap(), ["high", "low"]);
    let text = "day,kind,size,on\n2024-03-05,pear,12.5,yes\n2024-11-30,plum,,no\n,,7.25,yes\n\
                2031-07-01,apple,-100,\n2024-02-29,fig,9.75,no\n";
    let table = Table::from_reader(text.as_bytes()).unwrap();
    let x = preparation.features(&Rows::all(&table)).unwrap();
    let probabilities = file.predictor.probabilities(x.as_ref(), &Threads::single()).unwrap();
    let probabilities = probabilities.unwrap();
    let expected = [0.685_204_15, 0.296_147_97, 0.849_274_93, 0.998_039_07, 0.317_048_85];
    for (j, expected) in expected.into_iter().enumerate() {
        let error = f64::from(probabilities[(0, j)]) - expected;
        assert!(error.abs() < 1e-6, "{j}: off by {error:e}");
    }
    comes_back_of(&file, x.as_ref());
}

/// The first version with the range of numbers: and with dates of eight digits, and times of the day.
#[test]
fn a_file_of_version_8_predicts_what_it_did() {
    let file = in_f32(include_bytes!("../data/version-8.safetensors"));
    let preparation = file.predictor.preparation();
    let text = "date,at,size,kind,on\n20240305,06:43,12.5,pear,yes\n20241130,23:00,,fig,no\n,,7.25,plum,yes\n\
                20310701,12:00,100,pear,\n20240229,00:30,-30,,no\n";
    let (table, threads) = (Table::from_reader(text.as_bytes()).unwrap(), Threads::single());
    let rows = Rows::all(&table);
    let x = preparation.features(&rows).unwrap();
    let probabilities = file.predictor.probabilities(x.as_ref(), &threads).unwrap().unwrap();
    let expected = [0.542_769_85, 0.540_261_27, 0.528_030_63, 0.988_551_5, 0.279_944_18];
    for (j, expected) in expected.into_iter().enumerate() {
        let error = f64::from(probabilities[(0, j)]) - expected;
        assert!(error.abs() < 1e-6, "{j}: off by {error:e}");
    }
    let far = preparation.encoding().rows(&rows, &threads).unwrap().far_cells(&threads);
    let far: Vec<_> =
        far.iter().map(|far| (far.column, far.count, far.row, far.range.clone())).collect();
    let ranges = [["2024-01-13", "2024-12-21"], ["4.12", "14.78"]].map(|of| of.map(str::to_owned));
    let [days, sizes] = ranges;
    assert_eq!(far, [("date", 1, 3, days), ("size", 2, 3, sizes)]);
    comes_back_of(&file, x.as_ref());
}

/// One for each version that there was: whoever makes another adds a file of the one before it.
#[test]
fn there_is_a_file_of_every_version() {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let newest = file::<f32>(&classes(), "none", &[2]).to_vec().unwrap();
    let version = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let (_, rest) = text.split_once("\\\"version\\\":").unwrap();
        rest.split(',').next().unwrap().parse::<u32>().unwrap()
    };
    for of in 1..=version(&newest) {
        let path = data.join(format!("version-{of}.safetensors"));
        let bytes = fs::read(&path).unwrap_or_else(|_| panic!("there is no file of version {of}"));
        assert_eq!(version(&bytes), of);
        // Written anew, it is of the newest version, and twice the same.
        let [once, twice] = [0, 1].map(|_| match AnyModel::load(&path).unwrap() {
            AnyModel::F32(file) => file.to_vec().unwrap(),
            AnyModel::F64(file) => file.to_vec().unwrap(),
        });
        assert_eq!(version(&once), version(&newest));
        assert!(once == twice, "version {of}");
    }
}

/// The library fills the header up with spaces, to a multiple of 8 bytes; nothing is read from them.
#[test]
fn padding_of_the_header_is_not_in_the_hash() {
    let bytes = include_bytes!("../data/version-7.safetensors");
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let end = 8 + length;
    let mut changed = bytes.to_vec();
    let padding = changed[..end].iter().rposition(|&byte| byte == b'}').unwrap() + 1;
    assert!(padding < end, "the file has no padding");
    changed[padding..end].fill(b'\n');
    let hash = |bytes: &[u8]| match AnyModel::from_slice(bytes).unwrap() {
        AnyModel::F32(file) => weights_hash(file.predictor.model()),
        AnyModel::F64(_) => panic!("it is in f32"),
    };
    assert_eq!(hash(&changed), hash(bytes));
    changed[end - 1] = b'x';
    let error = AnyModel::from_slice(&changed).unwrap_err().to_string();
    assert!(error.contains("no safetensors file"), "{error}");
}

/// Columns of every kind, some of them left out, for every reason.
#[test]
fn the_columns_of_a_table_come_back_as_they_were() {
    let folder = Folder::new();
    let mut text = "id,day,size,kind,ok,one,none,key,word,role,say,y\n".to_owned();
    for i in 0..120 {
        let kind = ["pear", "apple", "", "\"a, \"\"b\"\"\""][i % 4];
        let size = if i % 9 == 0 { "unknown".to_owned() } else { format!("{}.25", i % 13) };
        let (ok, day) = (["yes", "no"][i % 2], i % 28 + 1);
        let word = if i < 30 { format!("{i}w") } else { String::new() };
        text += &format!("{i},2024-02-{day:02},{size},{kind},{ok},7,,{i}k,{word},1,");
        text += &format!("so said the {i} th of them all,{}\n", i % 3);
    }
    let missing = Missing::new(["unknown"]);
    let table = TextOptions::new().missing(missing.clone()).from_reader(text.as_bytes()).unwrap();
    let (rows, target) = (Rows::all(&table), TargetColumns::infer(&table, &["y"], None).unwrap());
    let options = SchemaOptions::new().target("y").role("role", "weight of rows").drop("none");
    let schema = Schema::infer(&rows, &options).unwrap().with_missing(missing);
    let left_out = |column: &ColumnSchema| column.left_out.is_some();
    assert_eq!(schema.columns().iter().filter(|column| left_out(column)).count(), 7, "{schema}");
    let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new()).unwrap();
    let data = encoding.dataset(&rows, &target).unwrap();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let preparation = preparation.with_encoding(encoding).unwrap();
    let network = Mlp::classifier(data.features(), 3).hidden([3]);
    let predictor = Predictor::<f32>::new(preparation, network).unwrap();
    let file = ModelFile { predictor, provenance: Provenance::default() };
    let path = folder.path("model");
    file.save(&path).unwrap();
    let AnyModel::F32(read) = AnyModel::load(&path).unwrap() else { panic!("it is in f32") };
    assert_eq!(read.predictor.preparation(), file.predictor.preparation());
    comes_back_of(&read, data.x());
}

#[test]
fn every_kind_of_model_comes_back_as_it_was() {
    for method in [
        "none",
        "center",
        "standardize",
        "min-max:-1:1",
        "pca",
        "pca:2",
        "pca:0.9",
        "whiten",
        "whiten(2, 0.3)",
        "zca(epsilon=1e-300)",
        "whiten:1",
        "zca",
        "zca:2",
        "mean-image",
        "channel-mean:3",
        "channel-mean:1:interleaved",
        "standardize,zca:2,pca:2,min-max",
        "center,none",
    ] {
        for hidden in [&[][..], &[4], &[4, 5]] {
            comes_back(&file::<f32>(&classes(), method, hidden));
            comes_back(&file::<f64>(&classes(), method, hidden));
            comes_back(&file::<f32>(&values(), method, hidden));
            comes_back(&file::<f64>(&values(), method, hidden));
        }
    }
}

fn bytes(folder: &Folder) -> Vec<u8> {
    let path = folder.path("small.safetensors");
    file::<f32>(&values(), "standardize", &[2]).save(&path).unwrap();
    fs::read(path).unwrap()
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let folder = Folder::new();
    let bytes = bytes(&folder);
    for len in 0..bytes.len() {
        let message = folder.error(&bytes[..len]);
        assert!(message.starts_with("broken: this is no safetensors file, or it is truncated"));
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(folder.error(&longer).contains("truncated"));
}

#[test]
fn a_flipped_bit_anywhere_is_noticed() {
    let folder = Folder::new();
    let bytes = bytes(&folder);
    for position in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[position] ^= 1 << (position % 8);
        folder.error(&damaged);
    }
}

/// A file whose header says this, with no tensors.
fn header(json: &str) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat()
}

#[test]
fn every_other_file_is_refused_with_a_reason() {
    let folder = Folder::new();
    let no_model = "this is no safetensors file, or it is truncated";
    assert!(folder.error(b"a,b,c\n1,2,3\n").contains(no_model));
    assert!(folder.error(&[0xff; 100]).contains(no_model));
    // A header that claims to be of 2^60 bytes.
    assert!(folder.error(&(1_u64 << 60).to_le_bytes()).contains(no_model));
    // A tensor that claims 2^62 values.
    let huge = r#"{"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,8]}}"#;
    assert!(folder.error(&header(huge)).contains(no_model));
    assert!(folder.error(&header("{}")).contains("holds no densely model"));
    let entry = |json: &str| header(&format!(r#"{{"__metadata__":{{"densely":{json:?}}}}}"#));
    assert!(folder.error(&entry("nonsense")).contains("description cannot be read"));
    // Each says what was expected, in words that are not those of our code.
    let network = r#"{"inputs":1,"layers":[],"loss":"mse"}"#;
    for (network, preprocess, sentence) in [
        (
            r#"{"inputs":"x"}"#,
            r#"["none"]"#,
            "its network should have `inputs`, `layers` and `loss`",
        ),
        (network, "[7]", "its preprocessing should be the name of one that is known here"),
    ] {
        let json = format!(
            r#"{{"version":5,"dtype":"f32","network":{network},"preprocess":{preprocess},
            "features":[],"outputs":[],"provenance":{{"options":{{}},"results":{{}}}}}}"#
        );
        let error = folder.error(&entry(&json));
        assert!(error.contains(sentence) && !error.contains("untagged"), "{error}");
    }
    assert!(folder.error(&entry(r#"{"version":1}"#)).contains("description cannot be read"));
    assert_eq!(
        folder.error(&entry(r#"{"version":9,"new":true}"#)),
        "broken: the file has format 9, and this version reads formats up to 8"
    );
    let missing = folder.path("missing");
    let message = AnyModel::load(&missing).unwrap_err().to_string();
    assert!(message.starts_with(&missing.display().to_string()), "{message}");
    assert!(AnyModel::load(folder.0.path()).unwrap_err().to_string().contains("directory"));
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_old_one() {
    let folder = Folder::new();
    let saved = file::<f32>(&values(), "none", &[]);
    let error = saved.save(folder.path("no/such/folder")).unwrap_err().to_string();
    assert!(error.contains("no/such/folder"), "{error}");
    // A folder is in the way.
    fs::create_dir(folder.path("taken")).unwrap();
    let taken = saved.save(folder.path("taken")).unwrap_err();
    assert!(matches!(taken, FormatError::File { .. }), "{taken}");
    assert!(folder.path("taken").is_dir());
    let left: Vec<_> = fs::read_dir(folder.0.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary file is left");
}

/// As `nn.Sequential(Linear, PReLU, Dropout, Linear)` has them.
#[test]
fn slopes_are_the_weights_of_a_prelu() {
    let folder = Folder::new();
    let path = folder.path("model.safetensors");
    let preparation = Preparation::fit(["none"], &classes()).unwrap();
    let spec = Mlp::classifier(3, 3).hidden([4]).activation("prelu").dropout(0.5);
    let predictor = Predictor::<f64>::new(preparation, spec).unwrap();
    ModelFile { predictor, provenance: Provenance::default() }.save(&path).unwrap();
    let bytes = fs::read(path).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut shapes: Vec<_> = tensors.iter().map(|(name, t)| (name, t.shape().to_vec())).collect();
    shapes.sort();
    let expected = [
        ("0.bias", vec![4]),
        ("0.weight", vec![4, 3]),
        ("1.weight", vec![4]),
        ("3.bias", vec![3]),
        ("3.weight", vec![3, 4]),
    ];
    assert_eq!(shapes, expected);
}

/// The names and shapes of a PyTorch `nn.Sequential(Linear, Tanh, Linear)`.
#[test]
fn weights_are_where_other_programs_look_for_them() {
    let folder = Folder::new();
    let path = folder.path("model.safetensors");
    let saved = file::<f32>(&classes(), "none", &[4]);
    saved.save(&path).unwrap();
    let bytes = fs::read(path).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let mut shapes: Vec<_> = tensors.iter().map(|(name, t)| (name, t.shape().to_vec())).collect();
    shapes.sort();
    let expected = [
        ("0.bias", vec![4]),
        ("0.weight", vec![4, 3]),
        ("2.bias", vec![3]),
        ("2.weight", vec![3, 4]),
    ];
    assert_eq!(shapes, expected);
    // Row by row: the second value of the first row is W[0, 1].
    let mut first = None;
    saved.predictor.model().network().visit_params(&mut |param| {
        first = first.or_else(|| Some(param.value[(0, 1)]));
    });
    let weight = tensors.tensor("0.weight").unwrap();
    assert_eq!(<f32 as Scalar>::from_le_bytes(&weight.data()[4..]), first);
}

#[test]
fn bytes_are_those_of_the_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model");
    let file = file::<f32>(&classes(), "standardize", &[4]);
    file.save(&path).unwrap();
    let bytes = file.to_vec().unwrap();
    assert_eq!(bytes, fs::read(&path).unwrap());
    let AnyModel::F32(again) = AnyModel::from_slice(&bytes).unwrap() else { panic!("of f32") };
    assert_eq!(again.to_vec().unwrap(), bytes);
    for damaged in [&bytes[..0], &bytes[..bytes.len() - 1], b"text"] {
        let error = AnyModel::from_slice(damaged).unwrap_err().to_string();
        assert!(error.contains("no safetensors file"), "{error}");
    }
}
