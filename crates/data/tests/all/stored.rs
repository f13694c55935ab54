use densely_data::{DataError, Dataset, Place, StoredBatches, StoredDataset, StoredDatasetWriter};
use densely_tensor::Mat;
use proptest::prelude::*;

/// Each example has its number as its first feature, and twice that as its target.
fn numbered(examples: usize) -> Dataset<f64> {
    let x = Mat::from_fn(3, examples, |i, j| if i == 0 { j as f64 } else { -(i as f64) });
    let values = Mat::from_fn(1, examples, |_, j| 2.0 * j as f64);
    let weights: Vec<f64> = (0..examples).map(|j| 3.0 * j as f64).collect();
    Dataset::regression(x, values).unwrap().with_weights(weights).unwrap()
}

/// Stored in pieces of so many examples.
fn stored(data: &Dataset<f64>, block: usize, piece: usize) -> StoredDataset<f64> {
    let writer = StoredDatasetWriter::new(std::env::temp_dir()).unwrap();
    let mut writer = writer.block_size(block);
    let all: Vec<usize> = (0..data.len()).collect();
    all.chunks(piece).for_each(|piece| writer.push(&data.subset(piece).unwrap()).unwrap());
    writer.finish().unwrap()
}

/// The numbers of the examples of an epoch, each with its own target and weight.
fn epoch(batches: &mut StoredBatches<f64>, epoch: u32) -> Vec<usize> {
    (0..batches.count()).flat_map(|step| numbers(batches, epoch, step)).collect()
}

fn numbers(batches: &mut StoredBatches<f64>, epoch: u32, step: usize) -> Vec<usize> {
    let batch = batches.get(epoch, step).unwrap();
    let (values, weights) = (batch.values.unwrap(), batch.weights.unwrap());
    assert!(batch.labels.is_empty() && weights.len() == batch.x.ncols());
    let number = |j: usize| {
        let number = batch.x[(0, j)];
        assert_eq!((batch.x[(2, j)], values[(0, j)]), (-2.0, 2.0 * number));
        assert_eq!(weights[j], 3.0 * number);
        number as usize
    };
    (0..batch.x.ncols()).map(number).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the sizes, an epoch is a permutation; and a step is the same whatever was read before.
    #[test]
    fn each_example_comes_once_in_an_epoch(
        examples in 1_usize..300, block in 1_usize..20, size in 1_usize..40,
        piece in 1_usize..90, seed in 0_u64..9, picked in 0_usize..1000,
    ) {
        let stored = stored(&numbered(examples), block, piece);
        prop_assert_eq!((stored.len(), stored.blocks()), (examples, examples.div_ceil(block)));
        let mut batches = StoredBatches::new(&stored, size, seed).unwrap();
        let orders = [1, 2].map(|number| epoch(&mut batches, number));
        for order in &orders {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert!(sorted.into_iter().eq(0..examples));
        }
        let mut other = StoredBatches::new(&stored, size, seed).unwrap();
        let step = picked % other.count();
        let chosen = numbers(&mut other, 2, step);
        let size = size.min(examples);
        prop_assert_eq!(&orders[1][step * size..step * size + chosen.len()], &chosen[..]);
        let (last, first) = (other.count() - 1, numbers(&mut other, 1, 0));
        prop_assert_eq!(&orders[0][..first.len()], &first[..]);
        prop_assert!(orders[0].ends_with(&numbers(&mut other, 1, last)));
        let beyond = other.get(1, last + 1).map(drop).unwrap_err().to_string();
        prop_assert!(beyond.contains("is out of range for"), "{beyond}");
    }
}

#[test]
fn the_order_depends_on_the_seed_the_epoch_and_the_blocks() {
    let data = numbered(2000);
    let order = |block, piece, size, seed, number| {
        epoch(&mut StoredBatches::new(&stored(&data, block, piece), size, seed).unwrap(), number)
    };
    let first = order(10, 100, 32, 1, 1);
    assert_eq!(first, order(10, 7, 5, 1, 1), "sizes of pieces and batches change nothing");
    for other in [order(10, 100, 32, 2, 1), order(10, 100, 32, 1, 2), order(11, 100, 32, 1, 1)] {
        assert_ne!(first, other);
    }
    // A window is of 16 blocks from anywhere, mixed.
    let blocks: Vec<usize> = first[..160].iter().map(|example| example / 10).collect();
    let mut distinct = blocks.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 16);
    assert!(distinct.windows(2).any(|pair| pair[1] - pair[0] > 16));
    assert!(blocks.chunks(10).all(|chunk| chunk.iter().any(|block| *block != chunk[0])));
}

#[test]
fn blocks_and_the_sample_are_as_the_data_were() {
    let labels = (0..20_000).map(|j| j % 7).collect();
    let x = Mat::from_fn(2, 20_000, |i, j| (i + 2 * j) as f32);
    let data = Dataset::classification(x, labels, 7).unwrap();
    let places = (0..20_000).map(|row| Place::TableRow(row + 1)).collect();
    let data = data.with_feature_names(["a", "b"]).unwrap().with_target_name("kind");
    let data = data.with_places(places).unwrap();
    let mut writer = StoredDatasetWriter::new(std::env::temp_dir()).unwrap();
    writer.push(&data).unwrap();
    let stored = writer.finish().unwrap();
    assert_eq!((stored.block_size(), stored.blocks()), (4096, 5));
    let last = stored.block(4).unwrap();
    assert_eq!(last, data.subset(&(4 * 4096..20_000).collect::<Vec<_>>()).unwrap());
    assert!(matches!(stored.block(5), Err(DataError::IndexOutOfRange { .. })));
    let sample: Vec<usize> = (0..20_000).step_by(4).collect();
    assert_eq!(stored.sample(), &data.subset(&sample).unwrap());
    assert_eq!(stored.sample().place(3), Place::TableRow(13));
    let print = stored.fingerprint();
    assert!(print.starts_with("20000 examples of 2 features, ") && print.ends_with(" of 4096"));
}

#[test]
fn other_examples_are_refused() {
    let mut writer = StoredDatasetWriter::<f64>::new(std::env::temp_dir()).unwrap();
    writer.push(&numbered(3)).unwrap();
    let classes = Dataset::classification(Mat::zeros(3, 1), vec![0], 1).unwrap();
    let narrow = Dataset::regression(Mat::zeros(2, 1), Mat::zeros(1, 1)).unwrap();
    let plain = Dataset::regression(Mat::zeros(3, 1), Mat::zeros(1, 1)).unwrap();
    for other in [classes, narrow, plain] {
        assert!(matches!(writer.push(&other), Err(DataError::Shape(_))));
    }
    let empty = StoredDatasetWriter::<f64>::new(std::env::temp_dir()).unwrap();
    assert!(matches!(empty.finish(), Err(DataError::Shape(_))));
    let nowhere = StoredDatasetWriter::<f64>::new("no such folder");
    assert!(matches!(nowhere, Err(DataError::Stored { done: "made", .. })));
}

/// The file has no name, so that nothing is left of a process that is killed.
#[test]
#[cfg(unix)]
fn nothing_is_to_be_seen_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = StoredDatasetWriter::new(folder.path()).unwrap().block_size(2);
    writer.push(&numbered(5)).unwrap();
    let entries = || std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(entries(), 0);
    let stored = writer.finish().unwrap();
    assert_eq!((entries(), stored.block(2).unwrap().len()), (0, 1));
}
