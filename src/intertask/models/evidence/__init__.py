"""What a model computes for ranking methods: embeddings, features, embedding space maps, Fisher embeddings."""
