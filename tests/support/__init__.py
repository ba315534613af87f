"""What the tests share: planning a configuration in the sandbox, inventories, README examples."""
