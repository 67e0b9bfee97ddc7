"""The run folder: the files of one training, and the trained model that is opened from them."""
