use std::fmt::Debug;

use densely_layers::Parameters;
use densely_parts::Kind;
use densely_tensor::{Scalar, Threads};

use crate::{ClipNorm, ClipValue, Limits, MaxNorm, OptimError, OptimizerState};

/// A rule that changes parameters by their gradients.
///
/// An optimiser may keep state for each parameter, indexed by the order in which
/// [`each_mut`](Parameters::each_mut) visits them; so one optimiser serves
/// one network. State is allocated in the first step, and nothing after it.
///
/// One of your own goes over the parameters:
///
/// ```
/// use densely_layers::{Layer, Linear, Param, Parameters};
/// use densely_optim::{OptimError, Optimizer};
/// use densely_tensor::{Threads, mat};
///
/// /// `w ← w − η sign(g)`.
/// #[derive(Debug)]
/// struct SignDescent(f64);
///
/// impl Optimizer<f64> for SignDescent {
///     fn step(
///         &mut self,
///         parameters: &mut dyn Parameters<f64>,
///         _threads: &Threads,
///     ) -> Result<(), OptimError> {
///         let rate = self.0;
///         parameters.each_mut(&mut |Param { value, grad, .. }| {
///             for j in 0..value.ncols() {
///                 for i in 0..value.nrows() {
///                     value[(i, j)] -= rate * grad[(i, j)].signum();
///                 }
///             }
///         });
///         Ok(())
///     }
///     fn learning_rate(&self) -> f64 {
///         self.0
///     }
///     fn set_learning_rate(&mut self, learning_rate: f64) {
///         self.0 = learning_rate;
///     }
/// }
///
/// let mut layer = Linear::from_parts(mat![[2.0_f64]], mat![[0.0]])?;
/// layer.visit_params_mut(&mut |param: &mut Param<f64>| param.grad.fill(-3.0));
/// SignDescent(0.5).clip_norm(1.0).step(&mut layer, &Threads::single())?;
/// assert_eq!(layer.weight().value[(0, 0)], 2.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// An optimiser around another changes gradients before a step, or weights after it:
///
/// ```
/// use densely_optim::{AdamW, Optimizer};
///
/// let mut optimizer = AdamW::<f32>::new(0.001).clip_norm(1.0).max_norm(4.0);
/// assert_eq!(optimizer.learning_rate(), 0.001);
/// ```
pub trait Optimizer<T: Scalar>: Debug + Send {
    /// One step: every parameter is updated from its gradient.
    ///
    /// # Errors
    /// If an option is out of range, or the state belongs to another network. No
    /// parameter is changed then.
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError>;

    /// What it is, as plain data: a kind, from which one like it can be made
    /// ([`OptimizerKinds`](crate::OptimizerKinds)). What it remembers of its steps is not in it.
    fn kind(&self) -> Kind {
        Kind::of_type::<Self>(size_of_val(self))
    }

    /// The step size `η`.
    fn learning_rate(&self) -> f64;

    /// Changes the step size, for schedules.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// What holds its steps back; nothing, unless an optimiser says otherwise. One around
    /// another adds its own.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Adds what it remembers of its steps, for a training that goes on another day: whatever the
    /// next steps depend on, but for its options, by names of its own. One around another adds
    /// its own, if it has any, and lets the other add the rest.
    ///
    /// ```
    /// use densely_layers::Parameters;
    /// use densely_optim::{OptimError, Optimizer, OptimizerState, Sgd};
    /// use densely_tensor::Threads;
    ///
    /// /// Makes every second step.
    /// #[derive(Debug)]
    /// struct Slow {
    ///     optimizer: Sgd<f64>,
    ///     calls: u64,
    /// }
    ///
    /// impl Optimizer<f64> for Slow {
    ///     fn step(
    ///         &mut self,
    ///         parameters: &mut dyn Parameters<f64>,
    ///         threads: &Threads,
    ///     ) -> Result<(), OptimError> {
    ///         self.calls += 1;
    ///         if self.calls % 2 == 1 { Ok(()) } else { self.optimizer.step(parameters, threads) }
    ///     }
    ///     fn learning_rate(&self) -> f64 {
    ///         self.optimizer.learning_rate()
    ///     }
    ///     fn set_learning_rate(&mut self, learning_rate: f64) {
    ///         self.optimizer.set_learning_rate(learning_rate);
    ///     }
    ///     fn save_state(
    ///         &self,
    ///         state: &mut OptimizerState<f64>,
    ///         parameters: &dyn Parameters<f64>,
    ///     ) -> Result<(), OptimError> {
    ///         state.insert_number("calls", self.calls as f64)?;
    ///         self.optimizer.save_state(state, parameters)
    ///     }
    ///     fn load_state(
    ///         &mut self,
    ///         state: &mut OptimizerState<f64>,
    ///         parameters: &dyn Parameters<f64>,
    ///     ) -> Result<(), OptimError> {
    ///         self.calls = state.take_count("calls")?;
    ///         self.optimizer.load_state(state, parameters)
    ///     }
    /// }
    /// ```
    ///
    /// By default there is nothing to remember. Of a type that owns memory, this is not believed,
    /// and it is an error. What remembers in a number alone has to say so all the same, or a
    /// training that is resumed goes on otherwise than it would have: `densely-gradcheck`, which
    /// proves optimisers, finds it.
    ///
    /// # Errors
    /// [`OptimError::StateUnknown`] as above; [`OptimError::State`] if two parameters have one
    /// path, or two optimisers one name; [`OptimError::OtherNetwork`].
    fn save_state(
        &self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        let _ = (state, parameters);
        expect_no_state(self)
    }

    /// Takes out what [`save_state`](Self::save_state) added, of an optimiser with the same
    /// options; there may be nothing of a matrix if no step had been made.
    ///
    /// # Errors
    /// [`OptimError::State`] if something is missing, or not of these parameters;
    /// [`OptimError::StateUnknown`] as for [`save_state`](Self::save_state). The optimiser is of no
    /// use then.
    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        let _ = (state, parameters);
        expect_no_state(self)
    }

    /// Shortens the gradient, as a vector of all parameters, to this norm.
    fn clip_norm(self, limit: f64) -> ClipNorm<Self>
    where
        Self: Sized,
    {
        ClipNorm::new(self, limit)
    }

    /// Cuts off each entry of the gradient at `±limit`.
    fn clip_value(self, limit: f64) -> ClipValue<Self>
    where
        Self: Sized,
    {
        ClipValue::new(self, limit)
    }

    /// Limits the norm of the incoming weights of each unit, after each step.
    fn max_norm(self, limit: f64) -> MaxNorm<Self>
    where
        Self: Sized,
    {
        MaxNorm::new(self, limit)
    }
}

/// Whether an optimiser that says nothing of a state can have none for each parameter.
fn expect_no_state<T: Scalar, O: Optimizer<T> + ?Sized>(optimizer: &O) -> Result<(), OptimError> {
    match std::mem::needs_drop::<O>() {
        false => Ok(()),
        true => Err(OptimError::StateUnknown { kind: optimizer.kind().name().to_owned() }),
    }
}

/// An optimiser chosen at run time.
impl<T: Scalar, O: Optimizer<T> + ?Sized> Optimizer<T> for Box<O> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        (**self).step(parameters, threads)
    }

    fn kind(&self) -> Kind {
        (**self).kind()
    }

    fn learning_rate(&self) -> f64 {
        (**self).learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        (**self).set_learning_rate(learning_rate);
    }

    fn limits(&self) -> Limits {
        (**self).limits()
    }

    fn save_state(
        &self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        (**self).save_state(state, parameters)
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        (**self).load_state(state, parameters)
    }
}
