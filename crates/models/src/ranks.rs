use std::collections::{BTreeMap, VecDeque};

use densely_data::Inputs;
use densely_layers::{Layer, Shards, parameter_count, sum_by_tree};
use densely_tensor::{Buffer, Mat, MatRef, Scalar, Threads, column, column_mut};

use crate::{Exchange, ExchangeError, Model, ModelError};

/// What the first byte of a message says: that its rank goes on, or that it has failed and the rest is why.
const GOES_ON: u8 = 0;
const FAILED: u8 = 1;

/// Levels of a tree over shards or ranks, at most.
const LEVELS: usize = 64;

/// The ranks that train together, seen from one of them. Without an exchange it is alone, and nothing is sent.
#[derive(Debug, Default)]
pub(crate) struct Ranks<'a, T: Scalar> {
    exchange: Option<Box<dyn Exchange<T> + 'a>>,
    /// What is summed, packed; they come back in the order in which they are needed again.
    buffers: VecDeque<Vec<T>>,
    /// Whether this rank wants to stop, before a step; whether one of them does, after it.
    stop: bool,
    /// The same for what stands between two steps.
    wish: bool,
    /// The first rank whose losses in the last step are out of range.
    culprit: Option<usize>,
}

impl<'a, T: Scalar> Ranks<'a, T> {
    pub(crate) fn new(exchange: Option<Box<dyn Exchange<T> + 'a>>) -> Self {
        let exchange = exchange.filter(|exchange| exchange.ranks() > 1);
        Self { exchange, buffers: VecDeque::new(), stop: false, wish: false, culprit: None }
    }

    pub(crate) fn are_one(&self) -> bool {
        self.exchange.is_none()
    }

    /// Whether they can share so many shards.
    pub(crate) fn check(&self, shards: usize) -> Result<(), ExchangeError> {
        let ranks = self.count();
        match ranks.is_power_of_two() && shards.is_multiple_of(ranks) {
            true => Ok(()),
            false => Err(ExchangeError::Ranks { ranks, shards }),
        }
    }

    fn count(&self) -> usize {
        self.exchange.as_ref().map_or(1, |exchange| exchange.ranks())
    }

    /// The part of this rank.
    pub(crate) fn own(&self, shards: Shards) -> Shards {
        self.exchange
            .as_ref()
            .map_or(shards, |exchange| shards.of_rank(exchange.rank(), exchange.ranks()))
    }

    /// The bytes of everyone, in the order of ranks; an error if one of them has failed.
    pub(crate) fn gather(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, ExchangeError> {
        let Some(exchange) = &mut self.exchange else { return Ok(vec![bytes.to_vec()]) };
        let messages = exchange.gather(&message(GOES_ON, bytes))?;
        match first_failure(&messages) {
            None => Ok(messages.into_iter().map(|message| message[1..].to_vec()).collect()),
            Some(failure) => Err(failure),
        }
    }

    /// Tells the others of an error of this rank, and returns the one with which all end. Of what happens to the training
    /// as a whole, all know.
    pub(crate) fn tell(&mut self, error: ModelError) -> ModelError {
        let of_all = match &error {
            ModelError::Diverged { .. } => true,
            ModelError::Exchange(error) => !matches!(error, ExchangeError::Ranks { .. }),
            _ => false,
        };
        let Some(exchange) = self.exchange.as_mut().filter(|_| !of_all) else { return error };
        let own = message(FAILED, error.to_string().as_bytes());
        match exchange.gather(&own) {
            Ok(messages) if messages.iter().all(|message| *message == own) => error,
            Ok(messages) => first_failure(&messages).map_or(error, Into::into),
            Err(lost) => lost.into(),
        }
    }

    /// Whether each of these is so on any of them.
    pub(crate) fn any<const N: usize>(
        &mut self,
        own: [bool; N],
    ) -> Result<[bool; N], ExchangeError> {
        if self.are_one() {
            return Ok(own);
        }
        let all = self.gather(&own.map(u8::from))?;
        Ok(std::array::from_fn(|i| all.iter().any(|bytes| bytes.get(i) == Some(&1))))
    }

    /// The smallest number that one of them has.
    pub(crate) fn smallest(&mut self, own: Option<usize>) -> Result<Option<usize>, ExchangeError> {
        if self.are_one() {
            return Ok(own);
        }
        let bytes = own.map(|number| (number as u64).to_le_bytes());
        let all = self.gather(bytes.as_ref().map_or(&[], |bytes| bytes))?;
        let numbers =
            all.iter().filter_map(|bytes| Some(u64::from_le_bytes(*bytes.first_chunk()?)));
        Ok(numbers.min().map(|number| number as usize))
    }

    /// Whether all train the same network in the same way, from what tells it, by its names.
    pub(crate) fn agree(&mut self, own: &BTreeMap<String, String>) -> Result<(), ExchangeError> {
        let text: Vec<_> = own.iter().map(|(name, value)| format!("{name}\0{value}")).collect();
        let all = self.gather(text.join("\0").as_bytes())?;
        let mut values: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
        for (rank, bytes) in all.iter().enumerate() {
            let text = String::from_utf8_lossy(bytes);
            let mut words = text.split('\0');
            while let (Some(name), Some(value)) = (words.next(), words.next()) {
                let of_name = values.entry(name.to_owned()).or_insert(vec![None; all.len()]);
                of_name[rank] = Some(value.to_owned());
            }
        }
        let differences: Vec<_> =
            values.iter().filter_map(|(name, values)| difference(name, values)).collect();
        match differences.is_empty() {
            true => Ok(()),
            false => Err(ExchangeError::Differ { differences }),
        }
    }

    /// Before a step: whether this rank wants to stop after it.
    pub(crate) fn wants_to_stop(&mut self, stop: bool) {
        self.stop = stop;
    }

    /// Whether to stop after the step: what this rank says now, if it is alone, or what one of them has said.
    pub(crate) fn is_to_stop(&self, now: bool) -> bool {
        if self.are_one() { now } else { self.stop }
    }

    /// Whether one of them wants something between two steps: what this rank says now, if it is alone, or what one of them
    /// has said before the last step.
    pub(crate) fn wants(&mut self, own: bool) -> bool {
        if self.are_one() { own } else { std::mem::replace(&mut self.wish, own) }
    }

    pub(crate) fn culprit(&self) -> Option<usize> {
        self.culprit
    }

    /// The mean loss over a batch, from those of the examples of this rank's shards: added in `f64`, within a shard in their
    /// order, and then by the tree.
    pub(crate) fn mean_loss(
        &mut self,
        losses: &[T],
        shards: &Shards,
    ) -> Result<f64, ExchangeError> {
        let n = shards.examples() as f64;
        let own = by_tree(shards.count(), |shard| {
            let losses = losses[shards.get(shard)].iter().map(|loss| loss.to_f64());
            // A mean may be finite where the sum is not.
            losses.fold([0.0; 2], |[sum, mean], loss| [sum + loss, mean + loss / n])
        });
        self.culprit = None;
        let [sum, mean] = if self.are_one() { own } else { self.sum_of_losses(own)? };
        Ok(if sum == f64::INFINITY { mean } else { sum / n })
    }

    fn sum_of_losses(&mut self, own: [f64; 2]) -> Result<[f64; 2], ExchangeError> {
        let mut bytes = vec![u8::from(self.stop) | u8::from(self.wish) << 1];
        own.iter().for_each(|sum| bytes.extend(sum.to_le_bytes()));
        let all = self.gather(&bytes)?;
        let wishes = all.iter().filter_map(|bytes| bytes.first()).fold(0, |all, own| all | own);
        (self.stop, self.wish) = (wishes & 1 != 0, wishes & 2 != 0);
        let number = |bytes: &[u8], at: usize| {
            bytes.get(at..).and_then(<f64 as Scalar>::from_le_bytes).unwrap_or(f64::NAN)
        };
        let sums: Vec<_> = all.iter().map(|bytes| [number(bytes, 1), number(bytes, 9)]).collect();
        self.culprit = sums.iter().position(|[sum, mean]| !sum.is_finite() && !mean.is_finite());
        Ok(by_tree(sums.len(), |rank| sums[rank]))
    }

    /// Begins to add the gradients of a layer.
    pub(crate) fn begin(&mut self, layer: &dyn Layer<T>) -> Result<(), ExchangeError> {
        let Some(exchange) = &mut self.exchange else { return Ok(()) };
        let mut values = self.buffers.pop_front().unwrap_or_default();
        values.clear();
        layer.visit_params(&mut |param| {
            let columns = 0..param.grad.ncols();
            columns.for_each(|j| values.extend_from_slice(column(param.grad.as_ref(), j)));
        });
        exchange.begin(values)
    }

    /// Waits for the sums of the gradients of all layers, which have begun from the last to the first.
    pub(crate) fn end<'l>(
        &mut self,
        layers: impl DoubleEndedIterator<Item = &'l mut (dyn Layer<T> + 'static)>,
    ) -> Result<(), ExchangeError>
    where
        T: 'l,
    {
        let Some(exchange) = &mut self.exchange else { return Ok(()) };
        for layer in layers.rev() {
            let values = exchange.end()?;
            if values.len() != parameter_count(layer) {
                return Err(lost(None, "has sent gradients of another network"));
            }
            let mut rest = &*values;
            layer.visit_params_mut(&mut |param| {
                for j in 0..param.grad.ncols() {
                    let (from, later) = rest.split_at(param.grad.nrows());
                    column_mut(param.grad.as_mut(), j).copy_from_slice(from);
                    rest = later;
                }
            });
            self.buffers.push_back(values);
        }
        Ok(())
    }

    /// [`Model::scores`], of which each rank computes a part.
    pub(crate) fn scores(
        &mut self,
        model: &Model<T>,
        x: Inputs<'_, T>,
        threads: &Threads,
    ) -> Result<Mat<T>, ModelError> {
        if self.are_one() {
            return Ok(model.scores(x, threads)?);
        }
        let own = self.own(Shards::new(x.examples(), self.count())).columns();
        let mut buffer = Buffer::new();
        let scores = model.scores(x.panel(own.start, own.len(), &mut buffer), threads)?;
        Ok(self.columns(&[scores.as_ref()])?.swap_remove(0))
    }

    /// Matrices of which each rank has some columns, in the order of ranks; each has as many of every matrix.
    pub(crate) fn columns(&mut self, own: &[MatRef<'_, T>]) -> Result<Vec<Mat<T>>, ExchangeError> {
        let mut bytes = Vec::new();
        for matrix in own {
            for j in 0..matrix.ncols() {
                column(*matrix, j)
                    .iter()
                    .for_each(|value| bytes.extend(value.to_le_bytes().as_ref()));
            }
        }
        let all = self.gather(&bytes)?;
        let rows: usize = own.iter().map(MatRef::nrows).sum();
        let of_column = (rows * size_of::<T>()).max(1);
        if let Some(rank) = all.iter().position(|bytes| !bytes.len().is_multiple_of(of_column)) {
            return Err(lost(Some(rank), "has sent outputs of another network"));
        }
        let counts: Vec<_> = all.iter().map(|bytes| bytes.len() / of_column).collect();
        let mut values: Vec<_> =
            all.iter().map(|bytes| bytes.chunks_exact(size_of::<T>())).collect();
        let mut matrices = Vec::with_capacity(own.len());
        for matrix in own {
            let mut whole = Mat::zeros(matrix.nrows(), counts.iter().sum());
            let mut next = 0;
            for (values, &count) in values.iter_mut().zip(&counts) {
                for j in next..next + count {
                    for (value, bytes) in column_mut(whole.as_mut(), j).iter_mut().zip(&mut *values)
                    {
                        *value = T::from_le_bytes(bytes).unwrap_or(T::ZERO);
                    }
                }
                next += count;
            }
            matrices.push(whole);
        }
        Ok(matrices)
    }
}

/// Tells the other ranks, who wait for this one in a training or before, that it cannot go on. Returns the error
/// with which all of them end: of the first rank that failed.
pub fn give_up<T: Scalar>(exchange: &mut dyn Exchange<T>, why: &str) -> ExchangeError {
    let rank = exchange.rank();
    let own = || ExchangeError::Failed { rank, why: why.to_owned() };
    if exchange.ranks() == 1 {
        return own();
    }
    match exchange.gather(&message(FAILED, why.as_bytes())) {
        Ok(messages) => first_failure(&messages).unwrap_or_else(own),
        Err(lost) => lost,
    }
}

fn message(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(bytes.len() + 1);
    message.push(tag);
    message.extend_from_slice(bytes);
    message
}

/// What the first rank that has failed has told.
fn first_failure(messages: &[Vec<u8>]) -> Option<ExchangeError> {
    messages.iter().enumerate().find_map(|(rank, message)| match message.split_first() {
        Some((&GOES_ON, _)) => None,
        Some((&FAILED, why)) => {
            Some(ExchangeError::Failed { rank, why: String::from_utf8_lossy(why).into_owned() })
        }
        _ => Some(lost(Some(rank), "has sent what no rank of this version sends")),
    })
}

fn lost(rank: Option<usize>, why: &str) -> ExchangeError {
    ExchangeError::Lost { rank, why: why.to_owned() }
}

/// The sum of so many of these, a power of two, by the balanced tree.
fn by_tree(count: usize, value: impl Fn(usize) -> [f64; 2]) -> [f64; 2] {
    let mut sums = ([0.0; 2], [[0.0; 2]; LEVELS]);
    sum_by_tree(
        count,
        &mut sums,
        |(sum, _), index| *sum = value(index),
        |(sum, kept), level| kept[level] = *sum,
        |(sum, kept), level| *sum = [kept[level][0] + sum[0], kept[level][1] + sum[1]],
    );
    sums.0
}

/// What differs by its name, if it does, and on which ranks.
fn difference(name: &str, values: &[Option<String>]) -> Option<String> {
    let mut kinds: Vec<(&Option<String>, Vec<usize>)> = Vec::new();
    for (rank, value) in values.iter().enumerate() {
        match kinds.iter_mut().find(|(kind, _)| *kind == value) {
            Some((_, ranks)) => ranks.push(rank),
            None => kinds.push((value, vec![rank])),
        }
    }
    let part = |(value, ranks): &(&Option<String>, Vec<usize>)| {
        let value = value.as_deref().unwrap_or("left out");
        format!("{value} on {}", named(ranks))
    };
    let parts: Vec<_> = kinds.iter().map(part).collect();
    (kinds.len() > 1).then(|| format!("{name} is {}", parts.join(", and ")))
}

/// `rank 3`, or `ranks 1, 2 and 5`.
fn named(ranks: &[usize]) -> String {
    let numbers: Vec<_> = ranks.iter().map(usize::to_string).collect();
    match numbers.split_last() {
        Some((last, [])) => format!("rank {last}"),
        Some((last, others)) => format!("ranks {} and {last}", others.join(", ")),
        None => String::new(),
    }
}
