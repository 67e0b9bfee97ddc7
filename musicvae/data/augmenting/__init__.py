"""Augmentation: training crops that are changed at random, so that few tracks teach more.

    augmenter   reads the crops of a batch and applies the options of ``Recipe.augment``
    speed       faster and higher, or slower and lower
    spectrum    low-pass, high-pass and shelves
    dynamics    compression, levels, mixing, full scale

The augmented crop is what the model hears *and* what it shall reconstruct: an autoencoder learns to
keep what was done to a sound, not to undo it. Test crops are never augmented.
"""
