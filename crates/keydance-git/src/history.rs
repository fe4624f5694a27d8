//! What every commit of the repository held, and who could open it.
