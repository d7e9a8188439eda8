//! Chance, from a seed: the same seed gives the same run.

use std::time::Duration;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// See the module.
#[derive(Debug)]
pub struct Random {
    draws: Xoshiro256PlusPlus,
    /// So many times as long calls take.
    slower: f64,
}

/// Beyond so many draws their sum is as good as normal.
const MANY: u32 = 24;

impl Random {
    /// From this seed.
    pub fn of(seed: u64) -> Self {
        Self {
            draws: Xoshiro256PlusPlus::seed_from_u64(seed),
            slower: 1.0,
        }
    }

    /// The same, with calls that take so many times as long.
    #[must_use]
    pub fn slower(self, slower: f64) -> Self {
        Self { slower, ..self }
    }

    /// Below `end`, each as likely.
    pub fn below(&mut self, end: u32) -> u32 {
        self.draws.random_range(0..end)
    }

    /// With this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.draws.random::<f64>() < probability
    }

    /// The time until something that comes by itself, so often on average, comes next.
    pub fn until_next(&mut self, mean: Duration) -> Duration {
        mean.mul_f64(self.exponential())
    }

    /// What so many calls take together that take `mean` each and vary by half of that: Erlang of four
    /// phases. One in a hundred takes two and a half times the mean.
    pub fn calls(&mut self, mean: Duration, calls: u32) -> Duration {
        const PHASES: u32 = 4;
        let phases = calls * PHASES;
        let sum = if phases > MANY {
            let spread = f64::from(phases).sqrt() * self.normal();
            (f64::from(phases) + spread).max(0.0)
        } else {
            (0..phases).map(|_| self.exponential()).sum()
        };
        mean.mul_f64(self.slower * sum / f64::from(PHASES))
    }

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.draws.random::<f64>()).ln()
    }

    fn normal(&mut self) -> f64 {
        let angle = std::f64::consts::TAU * self.draws.random::<f64>();
        (2.0 * self.exponential()).sqrt() * angle.cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_and_deviation(calls: u32) -> (f64, f64) {
        let mut random = Random::of(7);
        let drawn: Vec<_> = (0..40_000)
            .map(|_| {
                random
                    .calls(Duration::from_millis(150), calls)
                    .as_secs_f64()
            })
            .collect();
        let count = 40_000.0;
        let mean = drawn.iter().sum::<f64>() / count;
        let square = drawn.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / count;
        (mean, square.sqrt())
    }

    #[test]
    fn calls_take_what_they_should_on_average_and_vary_by_half_each() {
        for calls in [1, 3, 22] {
            let (mean, deviation) = mean_and_deviation(calls);
            let wanted = 0.15 * f64::from(calls);
            assert!(
                (mean / wanted - 1.0).abs() < 0.01,
                "{calls} calls take {mean} s"
            );
            let wanted = 0.075 * f64::from(calls).sqrt();
            assert!(
                (deviation / wanted - 1.0).abs() < 0.02,
                "{calls} vary by {deviation} s"
            );
        }
    }
}
