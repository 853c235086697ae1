"""The neural network: training, evaluation and counting of blood cells. Never imports ``app``.

Kept free of imports, so that ``import model.preprocessing`` or ``model.rendering`` does not load torch.
"""
