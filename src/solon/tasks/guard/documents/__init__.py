"""Policy documents of controlled complexity: generated, rendered, read back, decided and proved (CC-Gen)."""
