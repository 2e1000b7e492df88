namespace TeeTee.Inference.Models;

/// <summary>Gives the tensor that stands in a place of a model.</summary>
/// <param name="role">The place.</param>
/// <param name="layer">Its layer of the whole model, or -1.</param>
/// <param name="read">Reads the file's own tensors.</param>
/// <returns>A tensor of the place's role, layer, type and shape.</returns>
public delegate CanonicalTensor TensorSubstitution(TensorRole role, int layer, Func<TensorRole, int, CanonicalTensor> read);
