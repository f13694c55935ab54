use std::hash::{DefaultHasher, Hash, Hasher};

use crate::parsed::number;
use crate::{Cells, Rows, TableError};

/// Of a gap.
const GAP: u64 = 0;

impl Rows<'_> {
    /// A number for each row, which is the same where the cells of these columns are, in whatever table, and hardly otherwise.
    ///
    /// ```
    /// use densely_table::{Rows, Table};
    ///
    /// let table = Table::from_reader("a,b,c\n1,x,5\n2,x,5\n1.0,x,6\nNA,x,6\n".as_bytes())?;
    /// let hashes = Rows::all(&table).hashes(["a", "b"])?;
    /// assert!(hashes[0] == hashes[2] && hashes[0] != hashes[1] && hashes[0] != hashes[3]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`].
    pub fn hashes<'c>(
        &self,
        columns: impl IntoIterator<Item = &'c str>,
    ) -> Result<Vec<u64>, TableError> {
        let mut hashes = vec![1; self.len()];
        for name in columns {
            self.each_bits(name, |i, bits| hashes[i] = mixed(hashes[i], bits))?;
        }
        Ok(hashes)
    }

    /// Bits of each cell of a column: those of a number, however it is written.
    fn each_bits(&self, name: &str, mut visit: impl FnMut(usize, u64)) -> Result<(), TableError> {
        let column = &self.table().columns()[self.table().position(name)?];
        match column.cells() {
            Cells::Numbers(numbers) => {
                let mut i = 0;
                numbers.each(self.iter(), |number| {
                    visit(i, of_number(number));
                    i += 1;
                });
            }
            Cells::Texts(texts) => {
                let of: Vec<u64> = texts.values().map(of_text).collect();
                self.iter()
                    .enumerate()
                    .for_each(|(i, row)| visit(i, texts.code(row).map_or(GAP, |code| of[code])));
            }
        }
        Ok(())
    }
}

fn of_number(number: f64) -> u64 {
    // A number of these bits is none that a table has.
    if number.is_nan() { GAP } else { !(number + 0.0).to_bits() }
}

fn of_text(text: &str) -> u64 {
    number(text).map_or_else(
        || {
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            hasher.finish()
        },
        of_number,
    )
}

/// Both together, as `SplitMix64` mixes bits.
fn mixed(hash: u64, bits: u64) -> u64 {
    let x = (hash ^ bits).wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
