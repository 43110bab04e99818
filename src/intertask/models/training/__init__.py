"""Fine-tuning: of sources, of transfers to the target, few-shot runs, and AdapterFusion."""
