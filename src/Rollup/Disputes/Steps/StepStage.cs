namespace TeeTee.Rollup.Disputes;

/// <summary>What a refused step was about.</summary>
public enum StepStage
{
    /// <summary>Nothing was refused.</summary>
    None,

    /// <summary>The claim itself.</summary>
    Claim,

    /// <summary>Which element and part are meant.</summary>
    Unit,

    /// <summary>The encoding of the witness.</summary>
    Witness,

    /// <summary>The selected entry's own content.</summary>
    Output,

    /// <summary>The content of another entry of the list.</summary>
    Input,

    /// <summary>A page of weights.</summary>
    Weight,

    /// <summary>A page of tokens.</summary>
    Token,

    /// <summary>A leaf of a head's chunk tree.</summary>
    Chunk,

    /// <summary>Stored rows of earlier positions and the trace above them.</summary>
    Rows,
}
