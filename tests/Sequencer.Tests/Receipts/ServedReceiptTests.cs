using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Data;
using TeeTee.Sequencer.Receipts;
using TeeTee.Sequencer.Tests.Batching;

namespace TeeTee.Sequencer.Tests.Receipts;

/// <summary>The running host: answered jobs become final receipts, and everything that is served can be checked without trusting it.</summary>
public sealed class ServedReceiptTests : NodeTest
{
    [Fact]
    public async Task Host_AnsweredJobs_BecomeFinalReceiptsThatVerify()
    {
        TestNode writer = Open();
        Bytes32 id = await writer.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await writer.AnswerAsync(ChainWorld.Users[1], 1, Bound);
        Bytes32 lost = await writer.AnswerAsync(ChainWorld.Users[1], 2, Bound, d => d with { State = "void" });
        Shards[0].IsSealed = false;
        await using RunningNode node = await RunningNode.StartAsync(DatabasePath, World, Shards, o => o with { ClaimForEveryone = true }, Bound);
        ReceiptInfo early = (await ReceiptAsync(node, id))!;
        Assert.Equal(("answered", true, 2), (early.Status, early.Batch is null, early.Shards.Length));

        Shards[0].IsSealed = true;
        ReceiptInfo posted = await UntilAsync(node, id, "posted");
        Check(posted);
        CheckQuotes(posted, node);
        await CheckDataAsync(node, posted);
        Assert.Equal(("void", FinishReason.Void), ((await ReceiptAsync(node, lost))!.Status, (await ReceiptAsync(node, lost))!.QueryReceipt!.Finish));

        await World.AdvanceAsync(ChainWorld.Parameters.Window + 1, Bound);
        ReceiptInfo final = await UntilAsync(node, id, "final");
        Check(final);
        await CheckRpcAsync(node, final);
        string metrics = await node.Http.GetStringAsync("/metrics", Bound);
        // Meters are the process's, so other tests count too.
        Assert.Matches("(?m)^teetee_sequencer_batches_built_total [1-9]", metrics);
        Assert.Equal(HttpStatusCode.OK, (await node.Http.GetAsync("/readyz", Bound)).StatusCode);
    }

    public static TheoryData<string, int, string> WrongPaths { get; } = new()
    {
        { "/v1/receipts/xyz", 400, "invalid_request" },
        { "/v1/receipts/0x1111111111111111111111111111111111111111111111111111111111111111", 404, "not_found" },
        { "/v1/batches/0", 404, "not_found" },
        { "/v1/batches/-1", 400, "invalid_request" },
        { "/v1/batches/0x1111111111111111111111111111111111111111111111111111111111111111", 404, "not_found" },
        { "/v1/batches?from=x", 400, "invalid_request" },
        { "/v1/batches?limit=0", 400, "invalid_request" },
        { "/v1/batches?limit=99999999999999999999999", 400, "invalid_request" },
        { "/v1/data/0x12", 400, "invalid_request" },
        { "/v1/data/0x1111111111111111111111111111111111111111111111111111111111111111", 404, "not_found" },
    };

    [Fact]
    public async Task Get_WrongPath_SaysWhatIsWrong()
    {
        await using RunningNode node = await RunningNode.StartAsync(DatabasePath, World, Shards, o => o, Bound);
        foreach (object[] row in WrongPaths)
        {
            using HttpResponseMessage response = await node.Http.GetAsync((string)row[0], Bound);
            ApiErrorBody? body = await response.Content.ReadFromJsonAsync<ApiErrorBody>(JobApiJson.Options, Bound);
            Assert.Equal((row[0], row[1], row[2]), (row[0], (int)response.StatusCode, body!.Error.Code));
        }
    }

    private void Check(ReceiptInfo receipt)
    {
        RollupDomain domain = World.Domain;
        Assert.Equal(receipt.Id, domain.Digest(receipt.Request));
        Assert.Equal(BatchHash.Of(domain, receipt.Batch!.Index, receipt.Batch.ParentHash, receipt.Batch.Header), receipt.Batch.Hash);
        Assert.True(BatchData.VerifyReceipt(receipt.Batch.Header, receipt.Batch.Leaf, receipt.QueryReceipt!, receipt.Batch.Proof.AsSpan()));
        Assert.NotNull(receipt.Batch.Transaction);
        Assert.NotNull(receipt.Batch.PostedAt);
        foreach (ReceiptShard shard in receipt.Shards)
        {
            QuoteRecord record = receipt.Quotes.Single(q => (q.Record.Slot, q.Record.Epoch) == (shard.Receipt.Slot, shard.Receipt.Epoch)).Record;
            ExecutionProof proof = new(shard.ExecutionIndex!.Value, shard.ExecutionSize!.Value, shard.ExecutionProof!.Value);
            Assert.True(ExecutionTree.Verify(record.ExecutionRoot, domain.Digest(shard.Receipt), proof));
            Assert.NotNull(shard.QuoteIndex);
        }

        Assert.True(MessageCodec.TryDecode(Hex.Decode(receipt.Account!.LeafData), out Account? account));
        Assert.Equal((ChainWorld.Users[0].Address, (UInt128)917), (account.Owner, account.Spent));
        SparseMerkleProof path = new(receipt.Account.Proof.Bitmap, receipt.Account.Proof.Siblings);
        Assert.True(AccountTree.Verify(receipt.Batch.Header.StateRoot, account, path));
        Assert.Equal(TokenCommitment.Root([.. receipt.Tokens!.Value]), receipt.QueryReceipt!.TokensRoot);
        Signed<AnswerReceipt> answer = new(receipt.Answer!, receipt.AnswerSignature!.Value);
        Assert.Equal(ChainWorld.Sequencer.Address, domain.Signer(answer, TeeTee.Ethereum.Secp256k1Recovery.Instance));
    }

    // Each quote can be judged again by the collateral that it was accepted by, whatever has become of Intel's since.
    private void CheckQuotes(ReceiptInfo receipt, RunningNode node)
    {
        CollateralStore collaterals = node.Services.GetRequiredService<CollateralStore>();
        Assert.Equal(2, receipt.Quotes.Length);
        foreach (ReceiptQuote quote in receipt.Quotes)
        {
            byte[] container = collaterals.Find(quote.CollateralHash!.Value)!;
            Assert.Equal(quote.CollateralHash, Keccak256.Hash(container));
            Assert.True(QuoteCollateral.TryParse(container, out QuoteCollateral? collateral, out string cause), cause);
            QuoteVerdict verdict = QuoteVerifier.Verify(quote.Quote, new QuoteVerificationInput
            {
                Now = DateTimeOffset.FromUnixTimeSeconds((long)quote.VerifiedAt!.Value),
                Root = World.Pki.Root,
                Collateral = collateral,
                ExpectedReportData = ReportData.ForEpoch(World.Domain, quote.Record),
                Policy = new QuotePolicy { AllowSimulated = true },
            });
            Assert.True(verdict.Accepted, $"{verdict.Error}");
            Assert.Equal(QuoteMeasurements.Of(verdict.Report), quote.Measurements);
            Assert.Equal(QuoteJudge.Simulated, quote.TeeType);
        }
    }

    // Fetches a batch as a verifier does: manifest first, then chunks by hash.
    private async Task CheckDataAsync(RunningNode node, ReceiptInfo receipt)
    {
        BatchInfo batch = (await node.Http.GetFromJsonAsync<BatchInfo>($"/v1/batches/{receipt.Batch!.Hash}", JobApiJson.Options, Bound))!;
        Dictionary<Bytes32, byte[]> chunks = [];
        foreach (ChunkInfo chunk in batch.Chunks!.Value.DistinctBy(c => c.Hash))
            chunks[chunk.Hash] = await node.Http.GetByteArrayAsync($"/v1/data/{chunk.Hash}", Bound);
        DataManifest manifest = new([.. batch.Chunks.Value.Select(c =>
            new ChunkRecord(new ItemKey(c.Leaf, (DataKind)c.Kind, c.Part), c.Number, c.ItemLength, c.Hash))]);
        BatchReading reading = BatchDataReader.Read(batch.Header, manifest, hash => chunks[hash]);
        Assert.Equal((3, 2), (reading.Data!.Leaves.Length, reading.Data.Quotes.Length));
        BatchInfo[] list = (await node.Http.GetFromJsonAsync<BatchInfo[]>("/v1/batches?from=1&limit=5", JobApiJson.Options, Bound))!;
        Assert.Equal((batch.Hash, true), (Assert.Single(list).Hash, list[0].Chunks is null));
    }

    private async Task CheckRpcAsync(RunningNode node, ReceiptInfo receipt)
    {
        string body = $$"""
            [{"jsonrpc":"2.0","id":1,"method":"teetee_getReceipt","params":["{{receipt.Id}}"]},
             {"jsonrpc":"2.0","id":"b","method":"teetee_getBatch","params":["0x1"]},
             {"jsonrpc":"2.0","id":3,"method":"teetee_syncStatus"},
             {"jsonrpc":"2.0","method":"eth_chainId"},
             {"jsonrpc":"2.0","id":5,"method":"teetee_getAccount","params":["{{receipt.Request.User}}"]}]
            """;
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await node.Http.PostAsync("/", content, Bound);
        JsonElement[] answers = [.. (await response.Content.ReadFromJsonAsync<JsonElement>(Bound)).EnumerateArray()];
        Assert.Equal(4, answers.Length);
        Assert.Equal("final", answers[0].GetProperty("result").GetProperty("status").GetString());
        Assert.Equal(receipt.Batch!.Hash.ToString(), answers[1].GetProperty("result").GetProperty("hash").GetString());
        JsonElement status = answers[2].GetProperty("result");
        Assert.Equal(("0x1", "0x1", "0x1", "0x0"), (Text(status, "head"), Text(status, "posted"), Text(status, "final"), Text(status, "pendingReceipts")));
        Assert.Equal("0x395", Text(answers[3].GetProperty("result"), "spent"));
    }

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();

    private async Task<ReceiptInfo> UntilAsync(RunningNode node, Bytes32 id, string status)
    {
        while (true)
        {
            ReceiptInfo? receipt = await ReceiptAsync(node, id);
            if (receipt?.Status == status)
                return receipt;
            await Task.Delay(50, Bound);
        }
    }

    private Task<ReceiptInfo?> ReceiptAsync(RunningNode node, Bytes32 id) =>
        node.Http.GetFromJsonAsync<ReceiptInfo>($"/v1/receipts/{id}", JobApiJson.Options, Bound);
}
