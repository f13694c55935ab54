//! Fits whitening to a file of any size, in a few megabytes of memory.
//!
//! `cargo run --release -p densely --example larger_than_memory -- 10GiB`
//!
//! Writes a file of random examples to the temporary folder (`TMPDIR` on Unix), and reads it three
//! times, a few MiB at a time: to standardise, to find principal components, and to see that the
//! result is white. Then it removes the file, which has 8 MiB unless an argument says otherwise.

use std::error::Error;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use densely::prelude::*;
use densely::tensor::{Accumulate, column, column_mut, gemm};

const FEATURES: usize = 256;
/// What the features have in common: so many hidden causes.
const FACTORS: usize = 24;
/// Bytes of an example, of features in `f32`.
const EXAMPLE: usize = 4 * FEATURES;
/// Examples in memory at a time.
const CHUNK: usize = 4096;

/// A file of examples, one after the other, that is removed in the end.
struct Examples {
    path: PathBuf,
}

impl Examples {
    /// So many, correlated, with means up to 25,500 and scales from 0.1 to 1000.
    fn create(path: &Path, count: usize) -> Result<Self, Box<dyn Error>> {
        let examples = Self { path: path.to_owned() };
        let mut file = File::create(path)?;
        let stream =
            |layer, step| Stream::new(1, Purpose::Other, Key { layer, step, ..Key::default() });
        let mut entries = stream(0, 0);
        let mixing = Mat::from_fn(FEATURES, FACTORS, |_, _| entries.normal::<f32>());
        let mut bytes = Vec::with_capacity(CHUNK * EXAMPLE);
        for first in (0..count).step_by(CHUNK) {
            let n = CHUNK.min(count - first);
            let mut draws = stream(1, (first / CHUNK) as u32);
            let factors = Mat::from_fn(FACTORS, n, |_, _| draws.normal::<f32>());
            let mut x = Mat::zeros(FEATURES, n);
            gemm(x.as_mut(), Accumulate::Replace, mixing.as_ref(), factors.as_ref());
            bytes.clear();
            for j in 0..n {
                for (i, x) in column(x.as_ref(), j).iter().enumerate() {
                    let noise = 2.0 * draws.uniform::<f32>();
                    let value = 100.0 * i as f32 + 10_f32.powi((i % 5) as i32 - 1) * (x + noise);
                    bytes.extend(value.to_le_bytes());
                }
            }
            file.write_all(&bytes)?;
        }
        Ok(examples)
    }

    /// Shows all of them, chunk by chunk.
    fn each_chunk(
        &self,
        mut show: impl FnMut(MatRef<'_, f32>) -> Result<(), Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let file = File::open(&self.path)?;
        let mut bytes = Vec::with_capacity(CHUNK * EXAMPLE);
        let mut chunk = Mat::zeros(FEATURES, CHUNK);
        loop {
            bytes.clear();
            (&file).take((CHUNK * EXAMPLE) as u64).read_to_end(&mut bytes)?;
            let n = bytes.len() / EXAMPLE;
            if n == 0 {
                return Ok(());
            }
            for (j, example) in bytes.chunks_exact(EXAMPLE).enumerate() {
                let values = example.as_chunks().0.iter().copied().map(f32::from_le_bytes);
                column_mut(chunk.as_mut(), j)
                    .iter_mut()
                    .zip(values)
                    .for_each(|(x, value)| *x = value);
            }
            show(chunk.as_ref().subcols(0, n))?;
        }
    }
}

impl Drop for Examples {
    fn drop(&mut self) {
        // Where that fails, there is nobody to tell.
        let _ = fs::remove_file(&self.path);
    }
}

/// A number of bytes, such as 10GiB.
fn bytes(size: &str) -> Option<usize> {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let (digits, unit) =
        units.iter().find_map(|(name, unit)| Some((size.strip_suffix(name)?, unit)))?;
    digits.parse::<usize>().ok()?.checked_mul(*unit)
}

/// The most memory that this process has had, where the system tells.
fn peak_memory() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: usize = kibibytes.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(format!("{} MiB", kibibytes.div_ceil(1024)))
}

fn main() -> Result<(), Box<dyn Error>> {
    let size = std::env::args().nth(1).unwrap_or_else(|| "8MiB".to_owned());
    let count = bytes(&size).ok_or("a size is a whole number of KiB, MiB or GiB")? / EXAMPLE;
    let threads = Threads::new(0)?;

    let start = Instant::now();
    let seconds = || format!("{:.1} s", start.elapsed().as_secs_f64());
    let path = std::env::temp_dir().join(format!("larger_than_memory-{}", std::process::id()));
    let examples = Examples::create(&path, count)?;
    println!("{count} examples of {FEATURES} features, {size}, are written ({})", seconds());

    let mut statistics = RunningStatistics::new(FEATURES)?;
    examples.each_chunk(|x| Ok(statistics.partial_fit(x)?))?;
    let standardize = Standardize::from_statistics(&statistics)?;
    println!("means and deviations are known ({})", seconds());

    let mut covariance = RunningCovariance::new(FEATURES)?;
    examples.each_chunk(|x| {
        let standardized = standardize.transform_on(x, &threads)?;
        Ok(covariance.partial_fit_on(standardized.as_ref(), &threads)?)
    })?;
    let pca = Pca::from_covariance(&covariance, Components::Share(0.95))?;
    let (components, share) = (pca.out_features(), 100.0 * pca.variance_ratio());
    println!("{components} components have {share:.1} % of the variance ({})", seconds());
    let whiten = Whiten::from_pca(pca, 0.0)?;

    let mut white = RunningCovariance::new(components)?;
    examples.each_chunk(|x| {
        let standardized = standardize.transform_on(x, &threads)?;
        let whitened = whiten.transform_on(standardized.as_ref(), &threads)?;
        Ok(white.partial_fit_on(whitened.as_ref(), &threads)?)
    })?;
    let variances = Pca::from_covariance(&white, Components::All)?.variances().to_vec();
    let error = variances.iter().map(|variance| (variance - 1.0).abs()).fold(0.0, f64::max);
    println!("whitened, all variances are 1 up to {error:.0e} ({})", seconds());
    assert!(variances.len() == components && error < 1e-6, "that is more than f32 rounds away");

    println!("peak memory: {}", peak_memory().unwrap_or_else(|| "unknown".to_owned()));
    Ok(())
}
