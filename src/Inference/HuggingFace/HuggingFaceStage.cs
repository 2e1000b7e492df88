namespace TeeTee.Inference.HuggingFace;

/// <summary>What was being read of a Hugging Face directory when a fault was found.</summary>
public enum HuggingFaceStage
{
    /// <summary>config.json and generation_config.json.</summary>
    Configuration,

    /// <summary>tokenizer.json, tokenizer_config.json and the chat template.</summary>
    Tokenizer,

    /// <summary>The list of shards.</summary>
    Index,

    /// <summary>The header of a safetensors file.</summary>
    Header,

    /// <summary>The elements of a tensor.</summary>
    TensorData,
}
