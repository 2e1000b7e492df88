using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Verification;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Gateway.Receipts;

/// <content>What the shards and their enclaves signed.</content>
public sealed partial class ReceiptVerification
{
    private bool IsVoid => _receipt.QueryReceipt?.Finish == FinishReason.Void || _receipt.Status == "void";

    private void CheckShards()
    {
        if (IsVoid)
        {
            Add("shard_receipts", _receipt.Shards.IsEmpty, "a void job has no shard receipts");
            return;
        }
        Add("shard_receipts", !_receipt.Shards.IsEmpty && _receipt.Shards.Length <= MostShards && _receipt.Shards.All(Fits),
            $"{_receipt.Shards.Length} shards about job {_jobId}");
    }

    private bool Fits(ReceiptShardPart shard) =>
        shard.Receipt.JobId == _jobId
        && shard.Receipt.TokensRoot == TokensRoot()
        && OutputTokens() is { } output && shard.Receipt.Positions == _receipt.Request.PromptTokens + (ulong)output - 1
        && _domain.Signer(new Signed<ShardReceipt>(shard.Receipt, shard.Signature), _recovery) is not null;

    private void CheckQuotes()
    {
        foreach (ReceiptShardPart shard in _receipt.Shards)
        {
            string slot = $"slot {shard.Receipt.Slot}";
            if (FindQuote(shard.Receipt) is not { } quote)
            {
                Missing("execution_proof", $"{slot}: epoch {shard.Receipt.Epoch} has no quote yet");
                Missing("quote", $"{slot}: epoch {shard.Receipt.Epoch} has no quote yet");
                continue;
            }
            CheckExecution(shard, quote.Record, slot);
            CheckQuote(quote, slot);
        }
    }

    private ReceiptQuotePart? FindQuote(ShardReceipt receipt) => _receipt.Quotes.FirstOrDefault(quote =>
        quote.Record.Slot == receipt.Slot && quote.Record.Operator == receipt.Operator && quote.Record.Epoch == receipt.Epoch);

    private void CheckExecution(ReceiptShardPart shard, QuoteRecord record, string slot)
    {
        Signed<ShardReceipt> signed = new(shard.Receipt, shard.Signature);
        Add("shard_signature", _domain.Signer(signed, _recovery) == record.SigningKey, $"{slot}: against the quoted key {record.SigningKey}");
        if (shard is not { ExecutionIndex: { } index, ExecutionSize: { } size, ExecutionProof: { } siblings })
        {
            Missing("execution_proof", $"{slot}: the document has none");
            return;
        }
        Add("execution_proof", ExecutionTree.Verify(record.ExecutionRoot, _domain.Digest(shard.Receipt), new ExecutionProof(index, size, siblings)),
            $"{slot}: receipt {index} of {size} in epoch {shard.Receipt.Epoch}");
    }

    private void CheckQuote(ReceiptQuotePart quote, string slot)
    {
        bool named = quote.Record.ModelId == _receipt.Request.ModelId && Keccak256.Hash(quote.Quote) == quote.Record.QuoteHash;
        if (FindCollateral(quote.Quote, out QuoteError? unreadable) is not { } collateral)
        {
            _checks.Add(unreadable is null
                ? new ReceiptCheck("quote", CheckOutcome.Missing, $"{slot}: no collateral is held for its platform (--collateral)", quote)
                : new ReceiptCheck("quote", CheckOutcome.Fail, $"{slot}: {unreadable}", quote));
            return;
        }
        QuoteVerdict verdict = QuoteVerifier.Verify(quote.Quote, new QuoteVerificationInput
        {
            Now = _now,
            Root = _root,
            Collateral = collateral,
            ExpectedReportData = ReportData.ForEpoch(_domain, quote.Record),
            Policy = new QuotePolicy { AllowSimulated = _root.IsSimulated },
        });
        _checks.Add(new ReceiptCheck(
            "quote", named && verdict.Accepted ? CheckOutcome.Pass : CheckOutcome.Fail, $"{slot}: {Describe(verdict, named)}", quote, verdict));
    }

    private string Describe(QuoteVerdict verdict, bool named)
    {
        string kind = verdict.Simulated ? "SIMULATED, proves no hardware" : "TDX";
        string fault = verdict.Error is { } error ? $": {error}" : named ? "" : ": it is for another model or its hash differs";
        string measured = verdict.Report is { } report ? $", mrTd {Convert.ToHexStringLower(report.MrTd.Span)}" : "";
        return $"{kind}, root {_root}, status {verdict.Status?.ToString() ?? "unknown"}{measured}{fault}";
    }

    /// <summary>Null with the quote's fault, or without one where only the collateral lacks.</summary>
    private QuoteCollateral? FindCollateral(byte[] quote, out QuoteError? unreadable)
    {
        unreadable = null;
        QuoteCollateral? held = _collateral?.FindFor(quote, _root, _now, out unreadable);
        if (unreadable?.Stage == QuoteStage.TcbInfo)
            unreadable = null;
        return held;
    }

    private void CheckKeys()
    {
        if (IsVoid)
            return;
        if (_chain is null)
        {
            Skip("registered_keys", "offline");
            Skip("pipeline", "offline");
            return;
        }
        foreach (ShardReceipt receipt in _receipt.Shards.Select(shard => shard.Receipt))
        {
            Address? signer = FindQuote(receipt)?.Record.SigningKey ?? SignerOf(receipt);
            bool known = _chain.Keys.TryGetValue(receipt.Slot, out IReadOnlyList<SlotKey>? keys) && keys.Any(key => key.SigningKey == signer && key.IsValidAt(receipt.Epoch));
            Add("registered_keys", known, $"slot {receipt.Slot}: {signer} at epoch {receipt.Epoch}");
        }
        Add("pipeline", PipelineFits(_chain), $"slots {string.Join(", ", _receipt.Shards.Select(shard => shard.Receipt.Slot))} over {_chain.ModelLayers} layers");
    }

    private Address? SignerOf(ShardReceipt receipt) =>
        _domain.Signer(new Signed<ShardReceipt>(receipt, _receipt.Shards.First(shard => shard.Receipt == receipt).Signature), _recovery);

    private bool PipelineFits(ReceiptChainFacts chain)
    {
        uint next = 0;
        foreach (ShardReceipt receipt in _receipt.Shards.Select(shard => shard.Receipt))
        {
            if (!chain.Slots.TryGetValue(receipt.Slot, out Slot? slot) || slot.FirstLayer != next || slot.Operator != receipt.Operator || slot.ModelId != _receipt.Request.ModelId)
                return false;
            next += slot.LayerCount;
        }
        return next == chain.ModelLayers;
    }
}
