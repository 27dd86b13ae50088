"""What the actions are called: twenty jobs with twenty activities each, and a neutral topic without a natural order.

Everyday activities may have an order of their own that contradicts the text; the neutral topic has none.
"""

from typing import Final

NEUTRAL: Final = "neutral"


def _split(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(";"))


TOPICS: Final[dict[str, tuple[str, ...]]] = {
    name: _split(text)
    for name, text in {
        NEUTRAL: """step Alpha; step Bravo; step Charlie; step Delta; step Echo; step Foxtrot; step Golf; step Hotel;
            step India; step Juliett; step Kilo; step Lima; step Mike; step November; step Oscar; step Papa;
            step Quebec;
            step Romeo; step Sierra; step Tango""",
        "gardener": """watering the seedlings; pruning the roses; mowing the lawn; raking the leaves;
            planting the bulbs;
            weeding the beds; trimming the hedge; turning the compost; sowing the peas; sharpening the shears;
            spreading the mulch; mending the fence; feeding the fish; sweeping the path; staking the tomatoes;
            picking the apples; airing the greenhouse; cleaning the gutters; labelling the pots; testing the soil""",
        "baker": """kneading the dough; heating the oven; weighing the flour; glazing the buns; slicing the loaves;
            melting the butter; sifting the sugar; greasing the tins; whipping the cream; roasting the nuts;
            filling the tarts; chopping the dates; dusting the counter; proving the rolls; icing the cake;
            grinding the spices; packing the boxes; wiping the trays; tasting the custard; writing the price tags""",
        "teacher": """marking the essays; calling the register; copying the worksheets; wiping the board;
            arranging the chairs; reading the story; setting the quiz; phoning the parents; planning the trip;
            showing the film; handing out the pencils; checking the homework; ringing the bell; leading the song;
            pinning up the drawings; ordering the textbooks; writing the reports; feeding the hamster;
            opening the windows; welcoming the visitor""",
        "nurse": """taking the temperature; changing the dressing; updating the chart; measuring the pulse;
            preparing the syringe; making the bed; fetching the wheelchair; calling the doctor; serving the breakfast;
            cleaning the wound; drawing the blood; labelling the samples; checking the drip; washing the patient;
            filling the water jug; dimming the lights; greeting the family; sorting the pills; folding the blankets;
            testing the alarm""",
        "librarian": """shelving the novels; stamping the loans; dusting the atlases; repairing the spines;
            emptying the drop box; updating the catalogue; renewing the subscriptions; hosting the reading circle;
            locking the archive; answering the letters; scanning the maps; sorting the magazines; ordering the shelves;
            counting the visitors; posting the reminders; printing the posters; tidying the desks; moving the ladder;
            testing the scanner; wrapping the parcels""",
        "mechanic": """draining the oil; rotating the tyres; charging the battery; replacing the filter;
            tightening the belt; testing the brakes; polishing the lamps; lifting the car; topping up the coolant;
            cleaning the plugs; aligning the wheels; greasing the hinges; checking the fuses; patching the tube;
            bleeding the lines; washing the windscreen; mounting the bumper; reading the codes; writing the invoice;
            driving the test lap""",
        "farmer": """milking the cows; ploughing the field; collecting the eggs; shearing the sheep; stacking the hay;
            fuelling the tractor; repairing the gate; feeding the pigs; spraying the orchard; harvesting the barley;
            grooming the horse; filling the troughs; loading the truck; cleaning the stable; counting the lambs;
            sowing the clover; digging the ditch; oiling the pump; closing the barn; drying the corn""",
        "chef": """peeling the potatoes; boiling the stock; searing the fish; tossing the salad; reducing the sauce;
            chopping the herbs; folding the napkins; plating the starter; sharpening the knives; poaching the pears;
            frying the onions; seasoning the soup; resting the roast; grating the cheese; opening the oysters;
            rinsing the rice; lighting the grill; garnishing the dessert; tasting the gravy; briefing the waiters""",
        "photographer": """charging the flash; cleaning the lenses; hanging the backdrop; metering the light;
            posing the couple; swapping the film; scouting the park; printing the proofs; cropping the portraits;
            sorting the negatives; packing the tripod; mailing the album; testing the shutter; dimming the studio;
            framing the landscape; backing up the cards; mixing the developer; calling the model; editing the colours;
            signing the release""",
        "carpenter": """sawing the planks; sanding the table; drilling the holes; gluing the joints; planing the door;
            measuring the frame; varnishing the shelf; hammering the nails; carving the handle; fitting the drawer;
            sweeping the shavings; clamping the panels; marking the cuts; staining the bench; hanging the cupboard;
            stacking the timber; sharpening the chisel; sketching the stool; buying the screws; testing the hinge""",
        "pilot": """reading the forecast; filing the route; walking round the aircraft; checking the fuel;
            briefing the crew; testing the radio; setting the altimeter; starting the engines; closing the doors;
            greeting the passengers; weighing the luggage; programming the autopilot; signing the logbook;
            stowing the charts; inspecting the flaps; requesting the pushback; arming the slides; dimming the cabin;
            ordering the catering; calibrating the compass""",
        "clerk": """opening the mail; filing the receipts; ordering the paper; answering the phone; booking the room;
            typing the minutes; paying the invoices; watering the ferns; updating the calendar; shredding the drafts;
            emptying the bins; refilling the stapler; scanning the contracts; greeting the guests;
            sealing the envelopes;
            printing the agenda; counting the petty cash; renewing the licence; tidying the cabinet;
            resetting the password""",
        "sailor": """hoisting the sail; coiling the ropes; scrubbing the deck; dropping the anchor; charting the course;
            pumping the bilge; mending the net; painting the hull; checking the tides; lighting the lantern;
            stowing the cargo; splicing the cable; ringing the watch bell; logging the speed; filling the casks;
            testing the rudder; drying the canvas; lowering the dinghy; polishing the brass; signalling the harbour""",
        "journalist": """interviewing the mayor; checking the quotes; writing the headline; recording the podcast;
            calling the source; cropping the photo; editing the column; attending the briefing; fact checking the story;
            transcribing the tape; pitching the feature; reading the wires; drafting the lead; updating the website;
            visiting the court; filing the expenses; answering the readers; proofing the layout; booking the studio;
            choosing the caption""",
        "chemist": """weighing the salt; rinsing the flasks; heating the bath; titrating the acid; labelling the vials;
            filtering the solution; calibrating the scale; drying the crystals; stirring the mixture;
            cooling the reactor; logging the yield; cleaning the fume hood; sampling the gas; preparing the buffer;
            spinning the tubes; plotting the curve; sealing the ampoules; measuring the pH; storing the solvent;
            ordering the reagents""",
        "musician": """tuning the guitar; writing the chorus; rehearsing the duet; recording the drums;
            mixing the vocals; replacing the strings; packing the cables; booking the venue; printing the flyers;
            testing the speakers; composing the bridge; practising the scales; signing the records;
            mastering the single; filming the clip; transposing the score; loading the van; humming the melody;
            choosing the encore; thanking the sponsors""",
        "plumber": """shutting the valve; clearing the drain; soldering the pipe; fitting the tap;
            bleeding the radiator;
            testing the boiler; sealing the shower; measuring the pressure; replacing the washer; flushing the tank;
            cutting the copper; mounting the basin; wrapping the thread; fixing the leak; ordering the elbow joints;
            insulating the loft pipes; drying the floor; reading the meter; lifting the tiles; hauling the tub""",
        "tailor": """measuring the waist; cutting the pattern; pinning the hem; sewing the buttons;
            pressing the trousers;
            choosing the lining; threading the needle; marking the darts; fitting the jacket; stitching the pockets;
            steaming the silk; sorting the spools; shortening the sleeves; brushing the velvet; drafting the collar;
            oiling the machine; wrapping the suit; mending the tear; sketching the gown; ordering the zips""",
        "postman": """sorting the letters; loading the van for the round; stamping the parcels; emptying the pillar box;
            weighing the packages; delivering the magazines; scanning the barcodes; repairing the bicycle;
            redirecting the bills; signing the register; bundling the leaflets; checking the addresses;
            returning the keys; selling the stamps; ringing the doorbells; washing the uniform; folding the sacks;
            collecting the signatures; mapping the detour; refuelling the scooter""",
        "archaeologist": """pegging the grid; brushing the pottery; sieving the sand; photographing the trench;
            drawing the section; labelling the finds; lifting the mosaic; backfilling the pit; dating the charcoal;
            mapping the walls; cleaning the coins; packing the bones; briefing the volunteers; pitching the shelter;
            writing the site diary; levelling the spoil heap; scanning the inscription; testing the soil core;
            storing the beads; numbering the shards""",
    }.items()
}
