use std::sync::mpsc::Sender;

use densely_models::ExchangeError;

/// What the thread that calls MPI is asked for, in this order on every rank.
pub(crate) enum Job {
    Sum(Values, Sender<Result<Values, ExchangeError>>),
    Gather(Vec<u8>, Sender<Result<Vec<Vec<u8>>, ExchangeError>>),
    /// Ends MPI once all ranks want that.
    Finish(Sender<Result<(), ExchangeError>>),
    /// Wakes the thread, which looks for why this rank fails.
    Look,
}

/// What is added.
pub(crate) enum Values {
    Single(Vec<f32>),
    Double(Vec<f64>),
}

/// Where the answer to a job goes.
pub(crate) enum Answer {
    Sum(Sender<Result<Values, ExchangeError>>),
    Gather(Sender<Result<Vec<Vec<u8>>, ExchangeError>>),
    Finish(Sender<Result<(), ExchangeError>>),
    Nobody,
}

impl Answer {
    pub(crate) fn of(job: &Job) -> Self {
        match job {
            Job::Sum(_, to) => Self::Sum(to.clone()),
            Job::Gather(_, to) => Self::Gather(to.clone()),
            Job::Finish(to) => Self::Finish(to.clone()),
            Job::Look => Self::Nobody,
        }
    }

    /// Nobody may want to know any more.
    pub(crate) fn fail(&self, error: ExchangeError) {
        let _ = match self {
            Self::Sum(to) => to.send(Err(error)).is_ok(),
            Self::Gather(to) => to.send(Err(error)).is_ok(),
            Self::Finish(to) => to.send(Err(error)).is_ok(),
            Self::Nobody => true,
        };
    }
}
