//! One activation a file.

mod identity;
mod leaky_relu;
mod relu;
mod sigmoid;
mod tanh;

pub use identity::Identity;
pub use leaky_relu::LeakyRelu;
pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use tanh::Tanh;

#[cfg(test)]
mod tests;
