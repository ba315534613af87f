"""EventBridge Scheduler: what has been applied, firing one schedule, and the clock that makes them due."""
